"""What the packages in a request about a lock depend on."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, Iterator

from xpkg_tool.dependencies.lock.entries import Entry, entries_of
from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.messages import PackageToLock


def entries_of_packages(packages: Iterable[PackageToLock]) -> Iterator[Entry]:
    """The entries of packages whose meta objects are in these files."""
    for package in packages:
        meta = find_meta([(package.file, Path(package.file).read_bytes())])
        # Without one, lint says what is wrong.
        if meta is not None:
            yield from entries_of(package.name, meta)
