"""Suppression comments: `# xpkg: ignore[XP207]` and `# xpkg: ignore-file[XP207]` in YAML files.

Only finds and parses them; lint/selection.py applies them.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from typing import Iterator, NamedTuple, Sequence

from xpkg_tool.diagnostics.finding import Position
from xpkg_tool.documents.encoding import clean
from xpkg_tool.documents.limits import MAX_SUPPRESSIONS
from xpkg_tool.documents.stream import split

_MARK = b"xpkg:"
_COMMENT = re.compile(
    r"(?:^|(?<=[ \t]))#[ \t]*xpkg:[ \t]*(?P<verb>[\w-]+)(?:[ \t]*\[(?P<codes>[^\[\]\n]*)\])?",
    re.MULTILINE,
)
_NO_CONTENT = re.compile(r"[ \t\ufeff]*(?:#.*)?")
_SEPARATOR = re.compile(r"---[ \t]*(?:#.*)?")


class Suppression(NamedTuple):
    """A comment. `verb` is `ignore`, `ignore-file` or an unknown word; `codes` are as written. It
    applies to findings on the lines `first` to `last`; findings without a line count as line 0.
    `at_top` says that there are only comments above it in its document."""

    path: str
    position: Position
    verb: str
    codes: tuple[str, ...]
    first: int
    last: int
    at_top: bool


def too_many_suppressions(data: bytes) -> bool:
    """Whether a file has more than MAX_SUPPRESSIONS comments."""
    return data.count(_MARK) > MAX_SUPPRESSIONS


def read_suppressions(path: str, data: bytes) -> tuple[Suppression, ...]:
    """The suppression comments of a file, in order; none if it is not UTF-8 or has too many."""
    if _MARK not in data or too_many_suppressions(data):
        return ()
    cleaned, broken = clean(path, data)
    if broken:
        return ()
    return tuple(_read(path, cleaned))


def _read(path: str, data: bytes) -> Iterator[Suppression]:
    in_text = set(_places_in_scalars(path, data))
    lines = data.decode("utf-8").split("\n")
    separators = [n for n, line in enumerate(lines, 1) if _SEPARATOR.fullmatch(line)]
    # Each separator's line, and the last line of its document.
    documents = deque(zip(separators, (*separators[1:], len(lines))))
    # Above the first separator, a comment applies to the whole file. In the stream of a built
    # package, each file's comments are below a separator.
    document = (0, len(lines))
    following = _next_contents(lines)
    at_top = True
    for number, line in enumerate(lines, 1):
        begins = bool(documents) and documents[0][0] == number
        if begins:
            document = documents.popleft()
        at_top = begins or (at_top and _NO_CONTENT.fullmatch(line) is not None)
        for found in _COMMENT.finditer(line):
            if (number, found.start()) in in_text:
                continue
            if found["verb"] == "ignore-file":
                first, last = document
            else:
                alone = not line[: line.index("#")].strip()
                first = last = following[number] if alone else number
            codes = (found["codes"] or "").split(",")
            yield Suppression(
                path=path,
                position=Position(number, found.start() + 1, line, found.end() - found.start()),
                verb=found["verb"],
                codes=tuple(code for part in codes if (code := part.strip())),
                first=first,
                last=last,
                at_top=at_top,
            )


def _next_contents(lines: Sequence[str]) -> array[int]:
    """For each line number, the number of the next line that is not a comment."""
    following = array("Q", bytes(8 * (len(lines) + 1)))
    below = len(lines) + 1
    for number in range(len(lines), -1, -1):
        following[number] = below
        if number and not lines[number - 1].lstrip(" \t").startswith("#"):
            below = number
    return following


def _places_in_scalars(path: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Where (line from 1, column from 0) what looks like a suppression is part of a scalar: a
    template in a block scalar may contain comments."""
    documents, _ = split(path, data)
    for document in documents:
        marks = [m.start() for m in _COMMENT.finditer(document.text)]
        if not marks:
            continue
        from xpkg_tool.documents.lines import lines_of

        lines = lines_of(document.text)
        # Both are in the order of the text.
        waiting = deque(marks)
        for start, end in _scalars(document.text):
            while waiting and waiting[0] < end:
                mark = waiting.popleft()
                if mark < start:
                    continue
                above = lines.at(mark)
                lead = document.column - 1 if above == 0 else 0
                yield document.line + above, lead + mark - lines.start(above)
            if not waiting:
                break


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """The places of all scalars, as far as the text can be parsed."""
    from yaml.events import ScalarEvent

    from xpkg_tool.documents.events import Malformed, events

    try:
        for event in events(text):
            if isinstance(event, ScalarEvent):
                yield event.start_mark.index, event.end_mark.index
    except Malformed:
        return
