"""A layer: a tar with one file, compressed by the pinned deflate (docs/package-format.md)."""

from __future__ import annotations

import hashlib
import itertools
import struct
from typing import Iterable, Iterator, NamedTuple

import deflate

from xpkg_tool.oci.write import ustar
from xpkg_tool.oci.write.content import Content
from xpkg_tool.process.parallel_map import parallel_map

BASE_FILE = "package.yaml"
EXAMPLES_FILE = ".up/examples.yaml"

# The values of the annotation and label `io.crossplane.xpkg` (source: the xpkg specification).
BASE = "base"
EXAMPLES = "upbound"

# libdeflate's output depends only on its version, so the version is part of the format.
DEFLATE_VERSION = "0.8.1"
_LEVEL = 6

# libdeflate needs a whole buffer: a tar is split into gzip members of this many bytes, so that
# memory stays bounded and several cores can work.
MEMBER_BYTES = 16_777_216

_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")  # mtime 0, XFL 0, OS 255


class DeflateVersionError(Exception):
    """The installed version of `deflate` is not the one that the format requires."""


class Layer(NamedTuple):
    """A compressed layer: its bytes, their digest, and the digest of the tar inside (diff ID).

    `kind` is the annotation's value: `base` for package.yaml, `upbound` for the examples.
    """

    kind: str
    data: bytes
    digest: str
    diff_id: str

    @property
    def size(self) -> int:
        return len(self.data)


def base_layer(package_yaml: Content) -> Layer:
    """The layer that holds `package.yaml`."""
    return _layer(BASE, BASE_FILE, package_yaml)


def examples_layer(examples_yaml: Content) -> Layer:
    """The layer that holds `.up/examples.yaml`."""
    return _layer(EXAMPLES, EXAMPLES_FILE, examples_yaml)


def sha256(data: bytes) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _layer(kind: str, name: str, content: Content) -> Layer:
    if deflate.__version__ != DEFLATE_VERSION:
        raise DeflateVersionError(
            f"The package format needs deflate {DEFLATE_VERSION}, but {deflate.__version__} is "
            f"installed, whose output may differ. Install deflate=={DEFLATE_VERSION}."
        )
    header, end = ustar.header(name, content.size), ustar.padding(content.size) + ustar.END
    parts = itertools.chain((header,), content.parts(), (end,))
    diff_id = hashlib.sha256()
    pieces = _hashed(diff_id, _cut(parts, MEMBER_BYTES))
    members: Iterator[bytes]
    if len(header) + content.size + len(end) <= MEMBER_BYTES:
        # A single member, as of nearly all packages: no other process is worth it.
        members = map(gzip_member, pieces)
    else:
        members = parallel_map(gzip_member, pieces)
    data = b"".join(members)
    return Layer(kind, data, sha256(data), "sha256:" + diff_id.hexdigest())


def _hashed(hasher: hashlib._Hash, pieces: Iterable[bytearray]) -> Iterator[bytearray]:
    for piece in pieces:
        # First: another core begins to compress it.
        yield piece
        hasher.update(piece)


def _cut(parts: Iterable[bytes], size: int) -> Iterator[bytearray]:
    """The concatenation of `parts` in pieces of `size` bytes; the last one may be shorter."""
    piece = bytearray()
    for part in parts:
        view = memoryview(part)
        while view:
            taken = view[: size - len(piece)]
            piece += taken
            view = view[len(taken) :]
            if len(piece) == size:
                yield piece
                piece = bytearray()
    if piece:
        yield piece


def gzip_member(data: bytes | bytearray, level: int = _LEVEL) -> bytes:
    """A gzip member with `data`, compressed at this level of libdeflate."""
    trailer = struct.pack("<II", deflate.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join((_GZIP_HEADER, bytes(deflate.deflate_compress(data, level)), trailer))
