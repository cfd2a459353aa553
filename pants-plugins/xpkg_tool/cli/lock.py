"""`xpkg lock [DIR …]`: locks the external packages that packages depend on."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from xpkg_tool.cli.failure import FAILED, FOUND, OK, Failure, os_failure
from xpkg_tool.cli.folder import folders, split_commas
from xpkg_tool.cli.metas import meta_in
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder
from xpkg_tool.dependencies.fetch.backend import NopCache
from xpkg_tool.dependencies.fetch.protocols import PackageCache
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.changes import changes
from xpkg_tool.dependencies.lock.entries import Entry, entries_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock, write_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.published import as_published
from xpkg_tool.dependencies.lock.resolve import EVERYTHING, Wanted, resolve
from xpkg_tool.files.whole import write_whole
from xpkg_tool.publish.settings import RegistrySettings, registry_key

_CONNECTIONS = 8


def run(arguments: Namespace) -> int:
    try:
        return _lock(arguments)
    except LockError as error:
        write_error(f"{error}\n")
        return FAILED


def _lock(arguments: Namespace) -> int:
    """Raises LockError and Failure; the file is as it was, then."""
    path: str = arguments.lock
    before, old = _read(path)
    entries = [
        entry
        for folder in folders(arguments)
        for entry in entries_of(_name(folder, path), meta_in(folder))
    ]
    upgrade = frozenset(split_commas(arguments.upgrade))
    _check_upgrade(upgrade, old, entries)
    # Their values have a meaning only where somebody asks which package it is.
    own = {source: source for source in split_commas(arguments.own)}
    with _catalog(arguments) as catalog:
        new = resolve(Wanted(entries, own, upgrade), old, catalog)
        # What a check finds is said all at once.
        now = as_published(new, catalog) if arguments.check else new
    after = write_lock(new)
    told = _lines(changes(old, new))
    moved = changes(new, now)
    count = f"{len(new.packages):,} package{'' if len(new.packages) == 1 else 's'}"
    if after == before and not moved:
        write_output(f"{path} is up to date: {count}\n")
        return OK
    if arguments.check:
        if after != before:
            write_output(f"{path} is not up to date\n{told}")
            write_error(f"Run xpkg lock without --check to write {path}.\n")
        if moved:
            write_output(f"Registries have other digests than {path}\n{_lines(moved)}")
            write_error(
                "Ask those who publish it why a version has changed. `xpkg lock --upgrade SOURCE` "
                "takes what is there now.\n"
            )
        return FOUND
    try:
        write_whole({path: after})
    except OSError as error:
        raise os_failure("The lock cannot be written", path, error) from None
    write_output(f"Wrote {path}: {count}\n{told}")
    return OK


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


def _read(path: str) -> tuple[bytes | None, Lock]:
    """The bytes of the lock file and what it says; None and nothing where there is none. Raises
    Failure and LockError."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None, Lock()
    except OSError as error:
        raise os_failure("The lock cannot be read", path, error) from None
    return data, read_lock(data, path)


def _name(folder: str, path: str) -> str:
    """The name of a package in the lock: its folder, seen from that of the lock, as Pants writes
    the address of a target with its folder's name."""
    relative = os.path.relpath(folder, os.path.dirname(path) or ".").replace(os.sep, "/")
    return "//" if relative == "." else f"//{relative}"


def _check_upgrade(upgrade: frozenset[str], old: Lock, entries: Sequence[Entry]) -> None:
    """Raises Failure for a source that nothing would be upgraded of."""
    known = {EVERYTHING, *(p.source for p in old.packages), *(e.source for e in entries)}
    unknown = sorted(upgrade - known)
    if unknown:
        raise Failure(
            f"Neither the lock nor a package names {', '.join(unknown)}.",
            "Write the source as `spec.dependsOn` does, without a tag, or * for all.",
        )


@contextmanager
def _catalog(arguments: Namespace) -> Iterator[Catalog]:
    # A lock that is up to date needs no registry.
    from xpkg_tool.dependencies.lock.registries import connect_catalog
    from xpkg_tool.publish.registries import Registries

    usual = RegistrySettings(ca_file=arguments.ca_file or "")
    insecure = split_commas(arguments.insecure_registries)
    registries = Registries(
        os.environ,
        {registry_key(host): RegistrySettings(True, usual.ca_file) for host in insecure},
        usual=usual,
        connections=_CONNECTIONS,
        reading=True,
    )
    with closing(registries):
        yield connect_catalog(registries, _cache(arguments), at_once=_CONNECTIONS)


def _cache(arguments: Namespace) -> PackageCache:
    """The cache that was named, or the usual one; none where that cannot be. Raises Failure."""
    try:
        return FileCache(cache_folder(arguments.cache_dir, os.environ))
    except NoFolder as error:
        if arguments.cache_dir is not None:
            raise Failure(str(error), error.remedy) from None
        return NopCache()
