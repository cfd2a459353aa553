"""Glob patterns for paths: those of Go's `filepath.Match`, and `**`. Pure.

`*` and `?` never match a slash; `[a-z]` and `[^a-z]` are classes; a backslash takes the next
character as it is. A part that is `**` alone stands for any number of folders, none included, and
at the end for everything below, which Go's function does not have.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Iterable


class BadPattern(ValueError):
    """A pattern that Go's function calls malformed. `str()` is a sentence that quotes it."""

    def __init__(self, pattern: str, problem: str) -> None:
        super().__init__(f"The pattern {pattern!r} cannot be read: {problem}.")


def matches(pattern: str, path: str) -> bool:
    """Whether `pattern` matches the whole of `path` ('/'-separated). Raises BadPattern."""
    return compile_glob(pattern).fullmatch(path) is not None


def matches_any(patterns: Iterable[str], path: str) -> bool:
    """Whether one of the patterns matches the whole path. Raises BadPattern."""
    return any(matches(pattern, path) for pattern in patterns)


@cache
def compile_glob(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for `fullmatch`. Raises BadPattern."""
    parts = pattern.split("/")
    expression = ""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            expression += ".+" if last else "(?:[^/]+/)*"
        else:
            expression += _part(pattern, part) + ("" if last else "/")
    return re.compile(expression, re.DOTALL)


def _part(pattern: str, part: str) -> str:
    expression, position = "", 0
    while position < len(part):
        character = part[position]
        position += 1
        if character == "*":
            expression += "[^/]*"
        elif character == "?":
            expression += "[^/]"
        elif character == "[":
            members, position = _class(pattern, part, position)
            expression += members
        elif character == "\\":
            if position == len(part):
                raise BadPattern(pattern, "nothing follows its last backslash")
            expression += re.escape(part[position])
            position += 1
        else:
            expression += re.escape(character)
    return expression


def _class(pattern: str, part: str, position: int) -> tuple[str, int]:
    """The class that begins behind `[`, and the position behind its `]`."""
    negated = part.startswith("^", position)
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and part.startswith("]", position)):
        low, position = _member(pattern, part, position)
        high = low
        if part.startswith("-", position):
            high, position = _member(pattern, part, position + 1)
        ranges.append((low, high))
    # As in Go, a range that runs backwards matches nothing.
    members = "".join(f"{re.escape(a)}-{re.escape(b)}" for a, b in ranges if a <= b)
    if not members:
        return ("[^/]" if negated else "(?!)"), position + 1
    return (f"(?:(?!/)[^{members}])" if negated else f"[{members}]"), position + 1


def _member(pattern: str, part: str, position: int) -> tuple[str, int]:
    if position < len(part) and part[position] == "\\":
        position += 1
        if position == len(part):
            raise BadPattern(pattern, "nothing follows its last backslash")
    elif position < len(part) and part[position] in "-]":
        raise BadPattern(pattern, f"its class has {part[position]!r} where a character belongs")
    if position >= len(part):
        raise BadPattern(pattern, "its `[` is not closed")
    return part[position], position + 1
