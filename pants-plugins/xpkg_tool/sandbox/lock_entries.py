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
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS
from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.messages import PackageToLock


def entries_of_packages(packages: Sequence[PackageToLock]) -> tuple[Entry, ...]:
    """The entries of packages whose meta objects are in these files, then those of manifests."""
    found = tuple(entry for package in packages if package.file for entry in _entries(package))
    dialects = all_dialects(found) or BOTH_DIALECTS
    installed = (entries_installed(p.name, p.sources, dialects) for p in packages)
    return (*found, *(entry for entries in installed for entry in entries))


def _entries(package: PackageToLock) -> Iterator[Entry]:
    meta = find_meta([(package.file, Path(package.file).read_bytes())])
    # Without one, lint says what is wrong.
    if meta is not None:
        yield from entries_of(package.name, meta)
