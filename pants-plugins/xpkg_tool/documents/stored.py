"""Documents whose texts are packed into one file: a package with 2,000 definitions never needs all
of them at once, nor their files.

Each text is compressed by itself, quickly, to about a tenth: a process that packs 100 MB in 2,000
files gets a few files of 10 MB in all. To lay out 2,000 files would take as long as to pack them.
"""

from __future__ import annotations

from typing import NamedTuple

import deflate

# Twice as fast as the level of packages, and a third larger: nobody keeps these texts.
_LEVEL = 1


class Place(NamedTuple):
    """Where a text is in a file of texts: `packed` bytes from byte `start` on, which unpack to
    `size` bytes."""

    start: int
    packed: int
    size: int


class StoredDocument(NamedTuple):
    """A document (see stream.Document) whose text is at `place` in the file `texts`, a path
    relative to the working directory."""

    path: str
    number: int
    line: int
    column: int
    texts: str
    place: Place

    @property
    def data(self) -> bytes:
        """The text as UTF-8, read anew each time."""
        with open(self.texts, "rb") as file:
            file.seek(self.place.start)
            packed = file.read(self.place.packed)
        return bytes(deflate.deflate_decompress(packed, self.place.size))

    @property
    def size(self) -> int:
        return self.place.size

    @property
    def text(self) -> str:
        return self.data.decode("utf-8")


class Texts:
    """The content of a file of texts, while it grows."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, text: bytes) -> Place:
        """Appends a text, which is not empty."""
        packed = deflate.deflate_compress(text, _LEVEL)
        place = Place(len(self._data), len(packed), len(text))
        self._data += packed
        return place

    def __bytes__(self) -> bytes:
        return bytes(self._data)
