"""Decompresses a layer as a stream: counts and hashes the bytes on both sides, and never produces
more at a time than requested."""

from __future__ import annotations

import hashlib
import zlib

from xpkg_tool.oci.blobs import Readable

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 64 * 1024
# Each member costs a decompressor and a copy of the rest of a chunk. eStargz has one per file.
_MAX_MEMBERS = 262_144


class BadStream(Exception):
    """The bytes cannot be decompressed; `str()` is part of a sentence."""


class TooLarge(Exception):
    """There are more decompressed bytes than the limit."""


class LayerStream:
    """The tar in a layer, as a `tar_reader.Source`: gzip with any number of members, or
    uncompressed if it does not begin as gzip does.

    `limit` is the maximum number of decompressed bytes; exceeding it raises TooLarge. After
    `drain`, `digest` and `size` are those of all stored bytes, and `diff_id` is that of all
    decompressed ones.
    """

    def __init__(self, raw: Readable, limit: int) -> None:
        self._raw, self._limit = raw, limit
        self._stored, self._plain = hashlib.sha256(), hashlib.sha256()
        self.size = 0
        self.plain_size = 0
        self._pending = b""
        self._inflate: zlib._Decompress | None = None
        self._members = 0
        self._begun = False

    @property
    def digest(self) -> str:
        return f"sha256:{self._stored.hexdigest()}"

    @property
    def diff_id(self) -> str:
        return f"sha256:{self._plain.hexdigest()}"

    def read(self, size: int, /) -> bytes:
        """`size` bytes, fewer only at the end. Raises BadStream, TooLarge, and what reading the
        stored bytes raises."""
        pieces = []
        while size:
            piece = self._next(size)
            if not piece:
                break
            size -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def skip(self, size: int, /) -> bool:
        while size:
            piece = self._next(min(size, _CHUNK))
            if not piece:
                return False
            size -= len(piece)
        return True

    def drain(self) -> None:
        """Reads the rest. Raises as `read` does."""
        while self._next(_CHUNK):
            pass

    def drain_stored(self) -> None:
        """Reads the rest of the stored bytes, only for their digest."""
        while self._stored_chunk():
            pass

    def _next(self, size: int) -> bytes:
        """Up to `size` decompressed bytes; b"" at the end."""
        if not self._begun:
            self._begin()
        if self._inflate is None:
            data = self._pending or self._stored_chunk()
            data, self._pending = data[:size], data[size:]
        else:
            data = self._decompressed(size)
        self.plain_size += len(data)
        if self.plain_size > self._limit:
            raise TooLarge
        self._plain.update(data)
        return data

    def _begin(self) -> None:
        self._begun = True
        while len(self._pending) < len(_ZSTD):
            chunk = self._stored_chunk()
            if not chunk:
                break
            self._pending += chunk
        if self._pending.startswith(_ZSTD):
            raise BadStream("it is compressed with zstd, which is not supported")
        if self._pending.startswith(_GZIP):
            self._inflate = zlib.decompressobj(wbits=31)

    def _decompressed(self, size: int) -> bytes:
        while True:
            assert self._inflate is not None
            if self._inflate.eof:
                self._pending = self._inflate.unused_data or self._stored_chunk()
                if not self._pending:
                    return b""
                self._members += 1
                if self._members >= _MAX_MEMBERS:
                    raise BadStream(f"it has more than {_MAX_MEMBERS:,} gzip members")
                self._inflate = zlib.decompressobj(wbits=31)
            elif not self._pending:
                self._pending = self._stored_chunk()
                if not self._pending:
                    raise BadStream("its gzip data is truncated")
            try:
                data = self._inflate.decompress(self._pending, size)
            except zlib.error:
                raise BadStream("its gzip data is damaged") from None
            self._pending = self._inflate.unconsumed_tail
            if data:
                return data

    def _stored_chunk(self) -> bytes:
        chunk = self._raw.read(_CHUNK)
        self._stored.update(chunk)
        self.size += len(chunk)
        return chunk
