"""What goes into a layer, in parts, so that a large package need not be in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterator


@dataclass(frozen=True)
class Content:
    """`size` bytes, which `parts()` yields in order, as often as it is called."""

    size: int
    parts: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, data: bytes) -> Content:
        return cls(len(data), lambda: iter((data,)))

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())
