"""`xpkg cache fetch` and `xpkg cache export`: what needs the packages of lock files, from the cache
or from their registries."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Collection, Sequence
from contextlib import closing

from xpkg_tool.cli.failure import OK, Failure, os_failure
from xpkg_tool.cli.locked import locked_packages
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.cache.crossplane import file_content, file_name
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.fetch.backend import ImageBackend
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.fetch.registry import RegistryFetcher, announce
from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.diagnostics.finding import few
from xpkg_tool.files.whole import write_whole
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import RegistrySettings, registry_key

# Those of one registry share them; more would hardly be faster.
_CONNECTIONS = 8


def fetch(cache: FileCache, arguments: Namespace) -> int:
    """Puts what the locks name into the cache. Raises LockError, PublishError and Failure."""
    locked = locked_packages(arguments.locks)
    before = {entry.digest for entry in cache.entries()}
    packages = _fetched(cache, locked, arguments)
    for package in packages:
        if package.digest not in before:
            write_output(f"Fetched {package.source}@{package.digest}\n")
    new = sum(package.digest not in before for package in packages)
    count = f"{len(packages)} locked {'package' if len(packages) == 1 else 'packages'}"
    if new:
        write_output(f"Fetched {new} of {count} into {cache.folder}\n")
    else:
        write_output(f"Nothing to fetch: {count} in {cache.folder} already\n")
    return OK


def export(cache: FileCache, arguments: Namespace) -> int:
    """Writes what the locks name as files of Crossplane's own cache. Raises LockError, PublishError
    and Failure."""
    locked = locked_packages(arguments.locks)
    named = _file_names(locked)
    folder: str = arguments.crossplane
    packages = _fetched(cache, locked, arguments)
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
    cache: FileCache, locked: Sequence[LockedPackage], arguments: Namespace
) -> list[FetchedPackage]:
    """The packages, in order. Raises PublishError."""
    places = [locate(package.source, digest=package.digest) for package in locked]
    insecure = {registry_key(registry) for registry in arguments.insecure_registries or ()}
    settings = {
        place.registry: RegistrySettings(place.registry in insecure, arguments.ca_file or "")
        for place in places
    }
    registries = Registries(os.environ, settings, reading=True)
    with closing(registries):
        there = {entry.digest for entry in cache.entries()}
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
