"""Locates and reads blobs. They are streamed, and only correct ones can be read to the end.

A blob is a window into a file (an archive, or a file of a layout); registry/pull.py has those that
come over the network.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Callable, Iterator, Mapping, Protocol, Union

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.image_error import (
    BLOB_MISSING,
    DIGEST_DIFFERS,
    SIZE_DIFFERS,
    ImageError,
    finding_of,
    image_error,
    no_file,
)
from xpkg_tool.oci.manifests import Descriptor

CHUNK = 1024 * 1024


class Readable(Protocol):
    """A stream of bytes: `read` returns up to `size` of them, and b"" only at the end."""

    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Blobs(Protocol):
    """The blobs of an image."""

    def fault(self, descriptor: Descriptor) -> Finding | None:
        """What is wrong with a blob, without reading it: it is missing, or its size differs."""

    def open(self, descriptor: Descriptor) -> Readable:
        """The blob, unchecked. Raises ImageError or PublishError, also while reading."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Window:
    """`size` bytes of the file `path`, from `offset` on."""

    path: str
    offset: int
    size: int

    def open(self) -> WindowReader:
        """Raises ImageError."""
        try:
            file = open(self.path, "rb")  # noqa: SIM115 (the reader closes it)
            file.seek(self.offset)
        except OSError as error:
            raise no_file(self.path, error) from None
        return WindowReader(file, self)


class WindowReader:
    """Reads a window; raises ImageError if the file ends before it."""

    def __init__(self, file: BinaryIO, window: Window) -> None:
        self._file, self._path, self._left = file, window.path, window.size

    def read(self, size: int, /) -> bytes:
        wanted = min(size, self._left)
        if not wanted:
            return b""
        try:
            data = self._file.read(wanted)
        except OSError as error:
            raise no_file(self._path, error) from None
        if not data:
            raise image_error(self._path, "The file is truncated")
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class FileBlobs:
    """Blobs in files. `find` gives a digest's window, or None."""

    source: str
    find: Callable[[str], Window | None]

    def fault(self, descriptor: Descriptor) -> Finding | None:
        window = self.find(descriptor.digest)
        if window is None:
            return missing(self.source, descriptor.digest).finding
        if window.size == descriptor.size:
            return None
        return finding_of(
            self.source,
            f"Blob {descriptor.digest} has {window.size:,} bytes, but the manifest says "
            f"{descriptor.size:,}",
            rule=SIZE_DIFFERS,
        )

    def open(self, descriptor: Descriptor) -> Readable:
        window = self.find(descriptor.digest)
        if window is None:
            raise missing(self.source, descriptor.digest)
        return window.open()

    def close(self) -> None:
        pass


class BlobReader:
    """A blob as a readable, closable stream with a known length.

    Has the methods that `requests` and `http.client` use: `read`, `__len__` and `__iter__`."""

    def __init__(self, raw: Readable, source: str, descriptor: Descriptor) -> None:
        self._raw, self._source = raw, source
        self._digest, self._size, self._left = descriptor.digest, descriptor.size, descriptor.size
        self._hash = hashlib.sha256()

    def __len__(self) -> int:
        return self._size

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes (if negative or None, all that is left). The last bytes are returned
        only if the digest of the whole blob is correct, so a damaged source never makes a complete
        copy. Raises ImageError."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        if not wanted:
            return b""
        pieces = []
        while wanted:
            piece = self._raw.read(wanted)
            if not piece:
                raise image_error(self._source, f"Blob {self._digest} is truncated")
            self._hash.update(piece)
            wanted -= len(piece)
            self._left -= len(piece)
            pieces.append(piece)
        if not self._left and f"sha256:{self._hash.hexdigest()}" != self._digest:
            raise image_error(
                self._source,
                f"The content of blob {self._digest} does not match its digest",
                rule=DIGEST_DIFFERS,
            )
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")

    def close(self) -> None:
        self._raw.close()


@dataclass(frozen=True)
class TarFiles:
    """The files in a tar at `path`, by name."""

    path: str
    windows: Mapping[str, Window]

    def find(self, name: str) -> Window | None:
        return self.windows.get(name)


@dataclass(frozen=True)
class FolderFiles:
    """The files in a directory. Call `find` only with names made by this program, not with
    untrusted ones."""

    path: str

    def find(self, name: str) -> Window | None:
        path = os.path.join(self.path, *name.split("/"))
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        # Reading anything else (such as a FIFO) might never end.
        return Window(path, 0, status.st_size) if stat.S_ISREG(status.st_mode) else None


# Named files: the members of a tar, or the files in a directory.
Files = Union[TarFiles, FolderFiles]


def read_all(window: Window) -> bytes:
    """The window's bytes; the caller has checked its size. Raises ImageError."""
    with closing(window.open()) as reader:
        return b"".join(iter(lambda: reader.read(CHUNK), b""))


def missing(source: str, digest: str) -> ImageError:
    return image_error(source, f"Blob {digest} is missing", rule=BLOB_MISSING)
