"""The cache of fetched packages: a folder with a file for each digest.

Several processes use it at once, without a lock: an entry's content follows from its name, is put
in place whole by renaming a file (files/whole.py), and is verified each time that it is read. So it
does not matter who wrote it, or in which order.

What is used is marked by the time of the file. Where the entries have more bytes than `max_bytes`,
those that were not used for longest go first, and of those with the same time the one with the
smaller digest.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Callable

from xpkg_tool.dependencies.cache.entry import read_entry, write_entry
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.files.whole import sweep, write_whole
from xpkg_tool.oci.image_error import SOURCE_UNREADABLE, ImageError

# Some 10,000 packages.
DEFAULT_MAX_BYTES = 1024 * 1024 * 1024

_ENTRY = re.compile(r"sha256-([0-9a-f]{64})\.tar")


@dataclass(frozen=True)
class Entry:
    """A file of the cache: the digest that it is named after, its size in bytes, and when it was
    used last, in nanoseconds since 1970."""

    digest: str
    size: int
    used: int


class NotKept(Exception):
    """A package of a kind that is never kept. `str()` says why, in a few words."""


class FileCache:
    """The cache in `folder`, which exists (`protocols.PackageCache`). `max_bytes` limits what its
    entries may have, `clock` tells the time in nanoseconds, and `warn` is told, once, a sentence
    about why nothing can be stored. Thread-safe."""

    def __init__(
        self,
        folder: str,
        max_bytes: int = DEFAULT_MAX_BYTES,
        *,
        clock: Callable[[], int] = time.time_ns,
        warn: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.folder = folder
        self._max_bytes, self._clock, self._warn = max_bytes, clock, warn
        self._warned = False

    def get(self, source: str, digest: str) -> FetchedPackage | None:
        """The package, verified; None where there is none. An entry that is damaged is removed."""
        if not is_digest(digest):
            return None
        path = self._path(digest)
        if not os.path.lexists(path):
            return None
        try:
            package = read_entry(path, source, digest)
        except ImageError as error:
            # What this process may not open, or not now, may be right.
            if error.finding.code != SOURCE_UNREADABLE.code:
                self.delete(digest)
            return None
        self._use(path)
        return package

    def store(self, package: FetchedPackage) -> None:
        """Keeps the package, if it has a proof and is not larger than the whole cache may be. Where
        it cannot be written, there is no entry."""
        try:
            self.keep(package)
            self.make_room()
        except NotKept:
            return
        except OSError as error:
            if not self._warned:
                self._warned = True
                why = error.strerror or type(error).__name__
                self._warn(f"Fetched packages cannot be kept in {self.folder}: {why}.")

    def keep(self, package: FetchedPackage) -> None:
        """Keeps the package, for now even where the entries then have too many bytes. Raises
        NotKept and, where it cannot be written, OSError."""
        if package.proof is None or not is_digest(package.digest):
            raise NotKept("too much of its image had to be read to find the package")
        parts = list(write_entry(package.digest, package.proof))
        if sum(map(len, parts)) > self._max_bytes:
            raise NotKept("it is larger than the whole cache may be")
        path = self._path(package.digest)
        write_whole({path: parts})
        self._use(path)

    def make_room(self) -> None:
        """Removes what is over the limit. Raises OSError."""
        self.trim(self._max_bytes)

    def delete(self, digest: str) -> None:
        if is_digest(digest):
            with suppress(OSError):
                self._remove(digest)

    def remove(self, entry: Entry) -> None:
        """Removes an entry. Raises OSError."""
        self._remove(entry.digest)

    def peek(self, digest: str) -> FetchedPackage | None:
        """The package, verified, without using it; None where there is no entry: another process
        may have removed it meanwhile. Raises ImageError for one that is damaged."""
        path = self._path(digest)
        try:
            return read_entry(path, "", digest)
        except ImageError:
            if not os.path.lexists(path):
                return None
            raise

    def entries(self) -> list[Entry]:
        """All entries, the least recently used first. Raises OSError."""
        return sorted(self._entries(), key=lambda entry: (entry.used, entry.digest))

    def trim(self, max_bytes: int) -> list[Entry]:
        """Removes entries until the rest has at most `max_bytes`; returns those. Raises OSError."""
        entries = self.entries()
        excess = sum(entry.size for entry in entries) - max_bytes
        removed = []
        for entry in entries:
            if excess <= 0:
                break
            self._remove(entry.digest)
            removed.append(entry)
            excess -= entry.size
        return removed

    def keep_only(self, digests: Container[str]) -> list[Entry]:
        """Removes all entries but those of `digests`, and what killed processes left; returns the
        removed entries. Raises OSError."""
        removed = [entry for entry in self.entries() if entry.digest not in digests]
        for entry in removed:
            self._remove(entry.digest)
        sweep(self.folder)
        return removed

    def _entries(self) -> Iterator[Entry]:
        with os.scandir(self.folder) as files:
            for file in files:
                named = _ENTRY.fullmatch(file.name)
                # Another process may remove it meanwhile.
                with suppress(FileNotFoundError):
                    status = file.stat(follow_symlinks=False)
                    if named and not stat.S_ISDIR(status.st_mode):
                        digest = f"sha256:{named[1]}"
                        yield Entry(digest, status.st_size, status.st_mtime_ns)

    def _use(self, path: str) -> None:
        with suppress(OSError):
            now = self._clock()
            os.utime(path, ns=(now, now), follow_symlinks=False)

    def _remove(self, digest: str) -> None:
        # Another process may have removed it.
        with suppress(FileNotFoundError):
            os.unlink(self._path(digest))

    def _path(self, digest: str) -> str:
        return os.path.join(self.folder, f"{digest.replace(':', '-')}.tar")
