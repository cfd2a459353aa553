"""Suppression comments: `# xpkg: ignore[XP207]` and `# xpkg: ignore-file[XP207]` in YAML files.

Only finds and reads them; what they do is decided in selection.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Sequence

from .documents.encoding import clean
from .documents.stream import split
from .finding import Position

_MARK = b"xpkg:"
_COMMENT = re.compile(
    r"(?:^|(?<=[ \t]))#[ \t]*xpkg:[ \t]*(?P<verb>[\w-]+)(?:[ \t]*\[(?P<codes>[^\]\n]*)\])?",
    re.MULTILINE,
)
_NO_CONTENT = re.compile(r"[ \t\ufeff]*(?:#.*)?")
_SEPARATOR = re.compile(r"---[ \t]*(?:#.*)?")


@dataclass(frozen=True)
class Suppression:
    """A comment. `verb` is `ignore`, `ignore-file` or a word that means nothing; `codes` are as
    written. It is about findings on the lines `first` to `last`; 0 is the line of those that have
    none. `at_top` says that nothing but comments stands above it in its document."""

    path: str
    position: Position
    verb: str
    codes: tuple[str, ...]
    first: int
    last: int
    at_top: bool


def read_suppressions(path: str, data: bytes) -> tuple[Suppression, ...]:
    """The suppression comments of a file, in their order; none where the file is not UTF-8."""
    if _MARK not in data:
        return ()
    cleaned, broken = clean(path, data)
    if broken:
        return ()
    return tuple(_read(path, cleaned))


def _read(path: str, data: bytes) -> Iterator[Suppression]:
    in_text = set(_places_in_scalars(path, data))
    lines = data.decode("utf-8").split("\n")
    separators = [n for n, line in enumerate(lines, 1) if _SEPARATOR.fullmatch(line)]
    at_top = True
    for number, line in enumerate(lines, 1):
        at_top = number in separators or (at_top and _NO_CONTENT.fullmatch(line) is not None)
        for found in _COMMENT.finditer(line):
            if (number, found.start()) in in_text:
                continue
            if found["verb"] == "ignore-file":
                first, last = _document(separators, number, len(lines))
            else:
                alone = not line[: line.index("#")].strip()
                first = last = _next_content(lines, number - 1) if alone else number
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


def _document(separators: Sequence[int], number: int, end: int) -> tuple[int, int]:
    """The lines of the document that line `number` is in; above the first separator the whole
    file. In the stream of a built package, each file's comments stand below a separator."""
    above = [n for n in separators if n <= number]
    if not above:
        return 0, end
    return above[-1], next((n for n in separators if n > number), end)


def _next_content(lines: list[str], index: int) -> int:
    """The number of the line below a comment, further comments passed over."""
    while index < len(lines) and lines[index].lstrip(" \t").startswith("#"):
        index += 1
    return index + 1


def _places_in_scalars(path: str, data: bytes) -> Iterator[tuple[int, int]]:
    """Where (line from 1, column from 0) what looks like a suppression is part of a text: a
    template inside a block scalar may hold comments of its own."""
    documents, _ = split(path, data)
    for document in documents:
        marks = [m.start() for m in _COMMENT.finditer(document.text)]
        if not marks:
            continue
        for start, end in _scalars(document.text):
            for mark in marks:
                if start <= mark < end:
                    above = document.text.count("\n", 0, mark)
                    column = mark - (document.text.rfind("\n", 0, mark) + 1)
                    lead = document.column - 1 if above == 0 else 0
                    yield document.line + above, lead + column


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """The places of all scalars, as far as the text can be read."""
    from yaml.events import ScalarEvent

    from .documents.events import Malformed, events

    try:
        for event in events(text):
            if isinstance(event, ScalarEvent):
                yield event.start_mark.index, event.end_mark.index
    except Malformed:
        return
