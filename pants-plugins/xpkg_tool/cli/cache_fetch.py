"""`xpkg cache fetch` and `xpkg cache export`: what needs the packages of lock files, from the cache
or from their registries."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Collection, Container, Sequence
from contextlib import closing, suppress

from xpkg_tool.cli.failure import OK, Failure, os_failure
from xpkg_tool.cli.locked import locked_packages
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.cache.crossplane import file_content, file_name
from xpkg_tool.dependencies.cache.file_cache import FileCache, NotKept
from xpkg_tool.dependencies.fetch.backend import ImageBackend
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, PackageCache
from xpkg_tool.dependencies.fetch.registry import RegistryFetcher, announce
from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.diagnostics.finding import few
from xpkg_tool.files.whole import write_whole
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import RegistrySettings, registry_key

# Those of one registry share them; more would hardly be faster.
_CONNECTIONS = 8


class _Storing:
    """The cache for a command whose work is to store packages (`protocols.PackageCache`). `failed`
    says, by digest, why one could not be stored. Thread-safe."""

    def __init__(self, cache: FileCache) -> None:
        self._cache = cache
        self.failed: dict[str, str] = {}

    def get(self, source: str, digest: str) -> FetchedPackage | None:
        return self._cache.get(source, digest)

    def store(self, package: FetchedPackage) -> None:
        try:
            self._cache.keep(package)
        except NotKept as error:
            self.failed[package.digest] = str(error)
        except OSError as error:
            self.failed[package.digest] = error.strerror or type(error).__name__
        with suppress(OSError):
            self._cache.make_room()

    def delete(self, digest: str) -> None:
        self._cache.delete(digest)


def fetch(cache: FileCache, arguments: Namespace) -> int:
    """Puts what the locks name into the cache. Raises LockError, PublishError and Failure, also
    where a package could not be stored."""
    locked = locked_packages(arguments.locks)
    before = {entry.digest for entry in cache.entries()}
    storing = _Storing(cache)
    packages = _fetched(storing, before, locked, arguments)
    there = {entry.digest for entry in cache.entries()} - set(storing.failed)
    new = [p for p in packages if p.digest not in before and p.digest in there]
    for package in new:
        write_output(f"Fetched {package.source}@{package.digest}\n")
    missing = [package for package in packages if package.digest not in there]
    count = f"{len(packages)} locked {'package' if len(packages) == 1 else 'packages'}"
    if new or missing:
        write_output(f"Fetched {len(new)} of {count} into {cache.folder}\n")
    else:
        write_output(f"Nothing to fetch: {count} in {cache.folder} already\n")
    for package in missing:
        why = storing.failed.get(package.digest, "it had to make room for others")
        what = f"{package.source}@{package.digest}: The package could not be stored: {why}."
        write_error(f"{Failure(what)}\n")
    if missing:
        raise Failure(
            f"Of {count}, {len(missing)} could not be stored in {cache.folder}.",
            "Make room there or allow writing, or name another folder with --cache-dir.",
        )
    return OK


def export(cache: FileCache, arguments: Namespace) -> int:
    """Writes what the locks name as files of Crossplane's own cache. Raises LockError, PublishError
    and Failure."""
    locked = locked_packages(arguments.locks)
    named = _file_names(locked)
    folder: str = arguments.crossplane
    there = {entry.digest for entry in cache.entries()}
    packages = _fetched(cache, there, locked, arguments)
    try:
        os.makedirs(folder, exist_ok=True)
        for name, package in zip(named, packages):
            path = os.path.join(folder, name)
            write_whole({path: file_content(package.stream)})
            write_output(f"Wrote {os.path.normpath(path)}: {package.source}@{package.digest}\n")
        _warn_of_others(folder, named)
    except OSError as error:
        raise os_failure("The file cannot be written", error.filename or folder, error) from None
    return OK


def _warn_of_others(folder: str, named: Collection[str]) -> None:
    """Says what else is in the folder: whether an earlier lock or somebody else put it there, its
    name does not tell, so nothing is removed. Raises OSError."""
    others = sorted(set(os.listdir(folder)).difference(named))
    if others:
        files, stay = ("file", "stays") if len(others) == 1 else ("files", "stay")
        write_error(
            f"warning: {len(others):,} other {files} in {folder} {stay} there: {few(others)}.\n"
            "  help: Crossplane would also use packages of an earlier export. Remove what no lock "
            "needs any more, or export into a new folder.\n"
        )


def _fetched(
    cache: PackageCache,
    there: Container[str],
    locked: Sequence[LockedPackage],
    arguments: Namespace,
) -> list[FetchedPackage]:
    """The packages, in order. `there` are the digests of what the cache has. Raises
    PublishError."""
    places = [locate(package.source, digest=package.digest) for package in locked]
    insecure = {registry_key(registry) for registry in arguments.insecure_registries or ()}
    settings = {
        place.registry: RegistrySettings(place.registry in insecure, arguments.ca_file or "")
        for place in places
    }
    registries = Registries(os.environ, settings, reading=True)
    with closing(registries):
        # Nothing of a registry is loaded where everything is there.
        announce(registries, [p.source for p in locked if p.digest not in there])
        backend = ImageBackend(cache, RegistryFetcher(registries))
        wanted = [(package.source, package.digest) for package in locked]
        return backend.fetch_all(wanted, _CONNECTIONS)


def _file_names(locked: Sequence[LockedPackage]) -> list[str]:
    """The names of the files, which are different. Raises Failure: they have little of the digest,
    and long sources are cut."""
    named: dict[str, LockedPackage] = {}
    for package in locked:
        other = named.setdefault(file_name(package.source, package.digest), package)
        if other is not package:
            raise Failure(
                f"Crossplane's cache has one file for {other.source}@{other.digest} and "
                f"{package.source}@{package.digest}.",
                "Export the locks that name them into different folders.",
            )
    return list(named)
