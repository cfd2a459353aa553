"""Reads a tar member by member from a stream: USTAR, with the extensions of PAX and GNU tar.

Python's tarfile is not used because it reads extension headers of any size into memory, treats
GNU's old `atime` field as part of the name, stops silently at a damaged header, and has raised
many kinds of exceptions for hostile headers. This follows Go's archive/tar, which the package
manager uses: links, devices and folders have no content, whatever size their headers have.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Callable, Iterator, Protocol

from xpkg_tool.oci.write.ustar import BLOCK

REGULAR, HARD_LINK, SYMBOLIC_LINK, FOLDER = "file", "hard link", "symbolic link", "folder"
SPECIAL = "special file"

# In bytes. A name of gigabytes is an attack; paths have at most 4,096 bytes on Linux.
_MAX_EXTENSION = 1024 * 1024
_TYPES = {
    b"0": REGULAR,
    b"\0": REGULAR,
    b"7": REGULAR,
    b"1": HARD_LINK,
    b"2": SYMBOLIC_LINK,
    b"3": SPECIAL,
    b"4": SPECIAL,
    b"5": FOLDER,
    b"6": SPECIAL,
}
_ZEROS = bytes(BLOCK)
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"


class Broken(Exception):
    """Not a tar, or a damaged one; `str()` is part of a sentence ("a header is damaged")."""


class Source(Protocol):
    """A stream from which to read a tar."""

    def read(self, size: int, /) -> bytes:
        """`size` bytes, fewer only at the end."""

    def skip(self, size: int, /) -> bool:
        """Skips `size` bytes; False if there are fewer."""


@dataclass(frozen=True)
class Member:
    """A member: its `name` as written (invalid UTF-8 as surrogates), its kind (one of the constants
    above), the size of its content and its offset in the tar, and for links the target as written.
    """

    name: str
    kind: str
    size: int
    offset: int
    link: str = ""


def members(source: Source, limit: int) -> Iterator[tuple[Member, Callable[[int], bytes]]]:
    """Each member with a function that reads its content: up to that many bytes, b"" at its end;
    valid until the next member is requested. Raises Broken, also for more than `limit` headers
    (reading one takes as long as reading kilobytes of content)."""
    offset = 0
    extension = _NOTHING
    for number in count():
        block = source.read(BLOCK)
        if not block and offset:
            # Go and others accept the end of the file as the end of the tar.
            return
        if len(block) < BLOCK:
            raise Broken("it is truncated" if offset else "it is not a tar archive")
        if block == _ZEROS:
            if source.read(BLOCK).strip(b"\0"):
                raise Broken("there is data after the block of zeros that ends it")
            return
        if number >= limit:
            raise Broken(f"it has more than {limit:,} headers")
        header = _parse(block, first=not offset)
        offset += BLOCK
        if header.type in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            extension = extension.read(header.type, _content(source, header.size))
            offset += header.size + -header.size % BLOCK
            continue
        member = extension.applied(header, offset)
        content = _Content(source, member.size)
        yield member, content.read
        content.skip()
        offset += member.size + -member.size % BLOCK
        extension = _NOTHING


@dataclass(frozen=True)
class _Header:
    name: bytes
    type: bytes
    size: int
    link: bytes


@dataclass(frozen=True)
class _Extension:
    """The contents of extension headers, which apply to the next member."""

    name: bytes | None = None
    link: bytes | None = None
    size: int | None = None

    def read(self, type: bytes, content: bytes) -> _Extension:
        if type == _LONG_NAME:
            return _Extension(content.split(b"\0", 1)[0], self.link, self.size)
        if type == _LONG_LINK:
            return _Extension(self.name, content.split(b"\0", 1)[0], self.size)
        records = _pax(content)
        if any(key.startswith(b"GNU.sparse.") for key in records):
            raise Broken("it contains a sparse file")
        if type == _PAX_GLOBAL:
            # Go ignores global headers; those that would change how the tar is read are refused.
            if records.keys() & {b"path", b"linkpath", b"size"}:
                raise Broken("it has a global header with a name or size")
            return self
        size = records.get(b"size")
        if size is not None and not (size.isdigit() and len(size) < 20):
            raise Broken("a header is damaged")
        return _Extension(
            records.get(b"path", self.name),
            records.get(b"linkpath", self.link),
            self.size if size is None else int(size),
        )

    def applied(self, header: _Header, offset: int) -> Member:
        name = header.name if self.name is None else self.name
        link = header.link if self.link is None else self.link
        size = header.size if self.size is None else self.size
        kind = _TYPES.get(header.type, SPECIAL)
        if header.type == b"S":
            raise Broken("it contains a sparse file")
        if kind == REGULAR and name.endswith(b"/"):
            # An old convention, from before tar had a type for folders.
            kind = FOLDER
        # Go skips the content of unknown types; the other known types have none.
        has_content = kind == REGULAR or header.type not in _TYPES
        return Member(
            name.decode("utf-8", "surrogateescape"),
            kind,
            size if has_content else 0,
            offset,
            link.decode("utf-8", "surrogateescape"),
        )


_NOTHING = _Extension()


class _Content:
    """The content of one member in the stream."""

    def __init__(self, source: Source, size: int) -> None:
        self._source, self._left, self._padding = source, size, -size % BLOCK

    def read(self, size: int) -> bytes:
        wanted = min(size, self._left)
        data = self._source.read(wanted) if wanted else b""
        if len(data) < wanted:
            raise Broken("it is truncated")
        self._left -= wanted
        return data

    def skip(self) -> None:
        rest, self._left = self._left + self._padding, 0
        if rest and not self._source.skip(rest):
            raise Broken("it is truncated")


def _parse(block: bytes, *, first: bool) -> _Header:
    # The checksum counts its own field as eight spaces.
    stored, computed = _number(block[148:156]), sum(block) - sum(block[148:156]) + 8 * 32
    magic = block[257:263]
    # The second sum takes ten times as long as the first, and is seldom needed.
    if stored != computed and stored != _signed(block, computed):
        raise Broken("it is not a tar archive" if first else "a header is damaged")
    name = _text(block[:100])
    prefix = _text(block[345:500])
    if magic == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    size = _number(block[124:136])
    if size is None or not 0 <= size < 2**63:
        raise Broken("a header is damaged")
    return _Header(name, block[156:157], size, _text(block[157:257]))


def _signed(block: bytes, unsigned: int) -> int:
    """The checksum as some old programs compute it, with signed bytes."""
    return unsigned - 256 * sum(byte > 127 for byte in block[:148] + block[156:])


def _content(source: Source, size: int) -> bytes:
    if size > _MAX_EXTENSION:
        raise Broken(f"a header in it has more than {_MAX_EXTENSION:,} bytes")
    content = _Content(source, size)
    data = content.read(size)
    content.skip()
    return data


def _text(field: bytes) -> bytes:
    return field.split(b"\0", 1)[0]


def _number(field: bytes) -> int | None:
    """An octal number, or a binary one as GNU tar writes large numbers; None for anything else."""
    if field[0] & 0x80:
        if field[0] == 0xFF:
            return -1
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
    digits = field.replace(b"\0", b" ").strip(b" ")
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        return None
    return int(digits, 8)


def _pax(content: bytes) -> dict[bytes, bytes]:
    """The records `<length> <key>=<value>\\n` (POSIX pax, 4.18)."""
    records = {}
    position = 0
    while position < len(content):
        space = content.find(b" ", position, position + 10)
        length = content[position:space] if space >= 0 else b""
        if not length.isdigit():
            raise Broken("a header is damaged")
        end = position + int(length)
        record = content[space + 1 : end]
        key, equals, value = record.partition(b"=")
        if end > len(content) or end <= space + 1 or not equals or not value.endswith(b"\n"):
            raise Broken("a header is damaged")
        records[key] = value[:-1]
        position = end
    return records
