"""The content of a layer, in parts, so that a large package is never in memory as a whole."""

from __future__ import annotations

from typing import Callable, Iterator, NamedTuple


class Content(NamedTuple):
    """`size` bytes, which `parts()` yields in order; it can be called repeatedly."""

    size: int
    parts: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, data: bytes) -> Content:
        return cls(len(data), lambda: iter((data,)))

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())
