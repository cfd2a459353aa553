"""The lines of a text, found once: findings ask for the place of one after the other."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache

# A line longer than this is not copied into every finding about it.
_LONGEST_LINE = 4096


class Lines:
    """The lines of a text, each cut out once, however many findings are about it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("Q", [0])
        self._starts.extend(found.end() for found in re.finditer("\n", text))
        self._sources: dict[int, str] = {}

    def at(self, place: int) -> int:
        """The index, from 0, of the line that the character at `place` is in."""
        return bisect_right(self._starts, place) - 1

    def start(self, line: int) -> int:
        """The place of a line's first character."""
        return self._starts[line]

    def source(self, line: int) -> str:
        """The line without its end; nothing of a very long one."""
        source = self._sources.get(line)
        if source is None:
            begin, last = self._starts[line], line + 1 == len(self._starts)
            end = len(self._text) if last else self._starts[line + 1] - 1
            source = self._text[begin:end] if end - begin <= _LONGEST_LINE else ""
            self._sources[line] = source
        return source


@lru_cache(maxsize=2)
def lines_of(text: str) -> Lines:
    """The lines of the text: kept for the last two, since findings come document by document."""
    return Lines(text)
