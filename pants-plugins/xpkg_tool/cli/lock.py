"""`xpkg lock [DIR …]`: locks the external packages that packages depend on."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from xpkg_tool.cli.failure import FAILED, OK, Failure, os_failure
from xpkg_tool.cli.folder import folders, split_commas
from xpkg_tool.cli.lock_check import check_lock_file
from xpkg_tool.cli.metas import metas_in
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.cli.own_packages import last_part, own_sources
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder
from xpkg_tool.dependencies.fetch.backend import NopCache
from xpkg_tool.dependencies.fetch.protocols import PackageCache
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.changes import changes
from xpkg_tool.dependencies.lock.conflict import LOCK_CONFLICT
from xpkg_tool.dependencies.lock.entries import Entry, entries_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock, write_lock
from xpkg_tool.dependencies.lock.malformed import malformed_entries
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.resolve import EVERYTHING, Wanted, resolve
from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.diagnostics.errors import REFERENCE
from xpkg_tool.files.regular import read_regular
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
    metas = metas_in(folders(arguments))
    names = {folder: _name(folder, path) for folder in metas}
    entries = [entry for folder in metas for entry in entries_of(names[folder], metas[folder])]
    upgrade = frozenset(split_commas(arguments.upgrade))
    _check_upgrade(upgrade, old, entries)
    own = {
        source: names[found[0]] if found else source
        for source, found in own_sources(arguments, metas).items()
    }
    malformed = tuple(finding for meta in metas.values() for finding in malformed_entries(meta))
    wanted = Wanted(entries, own, upgrade, malformed)
    with _catalog(arguments) as catalog:

        def resolved() -> Lock:
            try:
                return resolve(wanted, old, catalog)
            except LockError as error:
                raise _hinted(error, entries, metas, own) from None

        if arguments.check:
            return check_lock_file(path, before, old, resolved, catalog)
        new = resolved()
    after = write_lock(new)
    count = f"{len(new.packages):,} package{'' if len(new.packages) == 1 else 's'}"
    if after == before:
        write_output(f"{path} is up to date: {count}\n")
        return OK
    try:
        # Through a link, of which others may use the target.
        write_whole({os.path.realpath(path): after})
    except OSError as error:
        raise os_failure("The lock cannot be written", path, error) from None
    told = "".join(f"  {line}\n" for line in changes(old, new))
    write_output(f"Wrote {path}: {count}\n{told}")
    return OK


def _hinted(
    error: LockError, entries: Sequence[Entry], metas: Mapping[str, Meta], own: Collection[str]
) -> LockError:
    """The error, with another remedy where a source that no registry has, or of which no version
    will do, is likely to be that of a package in one of the folders."""
    named = {meta.name: folder for folder, meta in metas.items() if meta.name}
    asked = {entry.source for entry in entries}.difference(own)
    likely = {source: named[last_part(source)] for source in asked if last_part(source) in named}
    problems = []
    for problem in error.problems:
        finding = problem.finding
        if finding.code == REFERENCE.code and finding.path in likely:
            spelling = "If not, check the spelling of the source, and that the user may read it."
            remedy = f"{_known_as(finding.path, likely)} {spelling}"
            finding = finding._replace(remedy=remedy)
        elif finding.code == LOCK_CONFLICT.code:
            for source in likely:
                if finding.message.startswith(f"No version of {source} "):
                    remedy = f"{_known_as(source, likely)} {finding.remedy}"
                    finding = finding._replace(remedy=remedy)
        problems.append(replace(problem, finding=finding))
    return LockError(problems)


def _known_as(source: str, folders: Mapping[str, str]) -> str:
    prefix = source.rpartition("/")[0]
    return (
        f"If it is the package in {folders[source]}, say so with `--known-as {prefix}`, for all "
        f"folders, or with `--own {source}`."
    )


def _read(path: str) -> tuple[bytes | None, Lock]:
    """The bytes of the lock file and what it says; None and nothing where there is none. Raises
    Failure and LockError."""
    try:
        data = read_regular(path)
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
        return FileCache(cache_folder(arguments.cache_dir, os.environ), warn=_warn)
    except NoFolder as error:
        if arguments.cache_dir is not None:
            raise Failure(str(error), error.remedy) from None
        _warn(str(error))
        return NopCache()


def _warn(sentence: str) -> None:
    write_error(f"warning: {sentence}\n")
