"""What those who are named in a request about a lock ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, Sequence

from xpkg_tool.dependencies.lock.entries import (
    Entry,
    all_dialects,
    entries_installed,
    entries_of,
)
from xpkg_tool.dependencies.lock.malformed import malformed_entries
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS
from xpkg_tool.dependencies.metas import faults, find_meta
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.messages.lock import PackageToLock


def entries_of_packages(packages: Sequence[PackageToLock]) -> tuple[Entry, ...]:
    """The entries of packages whose meta objects are in these files, then those of manifests."""
    found = tuple(entry for package in packages if package.file for entry in _entries(package))
    dialects = all_dialects(found) or BOTH_DIALECTS
    installed = (entries_installed(p.name, p.sources, dialects) for p in packages)
    return (*found, *(entry for entries in installed for entry in entries))


def malformed_in(packages: Sequence[PackageToLock]) -> Iterator[Finding]:
    """What keeps the meta objects of packages from being read, or names no package in them."""
    for package in packages:
        if package.file:
            data = Path(package.file).read_bytes()
            meta = find_meta([(package.file, data)])
            yield from faults(package.file, data)
            yield from () if meta is None else malformed_entries(meta)


def _entries(package: PackageToLock) -> Iterator[Entry]:
    meta = find_meta([(package.file, Path(package.file).read_bytes())])
    # Without one, lint says what is wrong.
    if meta is not None:
        yield from entries_of(package.name, meta)
