"""The lines of a text, indexed once, because many findings need them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache

# In characters. A longer line is not copied into every finding on it.
_LONGEST_LINE = 4096


class Lines:
    """The lines of a text. Each is extracted once, however many findings are on it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("Q", [0])
        self._starts.extend(found.end() for found in re.finditer("\n", text))
        self._sources: dict[int, str] = {}

    def at(self, place: int) -> int:
        """The 0-based index of the line with the character at `place`."""
        return bisect_right(self._starts, place) - 1

    def start(self, line: int) -> int:
        """The offset of a line's first character."""
        return self._starts[line]

    def source(self, line: int) -> str:
        """The line without its newline; "" if it is very long."""
        source = self._sources.get(line)
        if source is None:
            begin, last = self._starts[line], line + 1 == len(self._starts)
            end = len(self._text) if last else self._starts[line + 1] - 1
            source = self._text[begin:end] if end - begin <= _LONGEST_LINE else ""
            self._sources[line] = source
        return source


@lru_cache(maxsize=2)
def lines_of(text: str) -> Lines:
    """The lines of the text; cached for two texts, because findings come document by document."""
    return Lines(text)
