"""Glob patterns for paths: those of Go's `filepath.Match`, and `**`. Pure.

`*` and `?` never match a slash; `[a-z]` and `[^a-z]` are classes; a backslash takes the next
character as it is. A part that is `**` alone stands for any number of folders, none included, and
at the end for everything below, which Go's function does not have. That is why it is
written by hand: fnmatch's `*` matches slashes, glob.translate came with Python 3.13, and neither
has Go's escapes, its `[^…]` and its errors.

A pattern becomes a regular expression that never takes a match back, so that the time is not every
way to share a path among seventy stars: what follows a star is looked for once, at the first place
where it fits, since a later one leaves less for the rest. `(?=(?P<n>…))(?P=n)` does that, as in
Python's own fnmatch.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from typing import Iterable, Iterator


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
    below = parts[-1] == "**"
    while parts and parts[-1] == "**":
        parts.pop()
    numbers = count()
    # What stands between the `**`.
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(_part(pattern, part, numbers))
    expression = ""
    for number, run in enumerate(runs):
        is_last = number == len(runs) - 1
        end = "" if not run else r"\Z" if is_last and not below else "/"
        if number and run:
            expression += _once(f"(?:[^/]+/)*?{'/'.join(run)}{end}", numbers)
        else:
            expression += "/".join(run) + end
    return re.compile(expression + (".+" if below else ""), re.DOTALL)


def _once(expression: str, numbers: Iterator[int]) -> str:
    """The expression, whose first match is the only one."""
    name = f"n{next(numbers)}"
    return f"(?=(?P<{name}>{expression}))(?P={name})"


def _part(pattern: str, part: str, numbers: Iterator[int]) -> str:
    # What stands between the stars.
    runs, position = [""], 0
    while position < len(part):
        character = part[position]
        position += 1
        if character == "*":
            runs.append("")
        elif character == "?":
            runs[-1] += "[^/]"
        elif character == "[":
            members, position = _class(pattern, part, position)
            runs[-1] += members
        elif character == "\\":
            if position == len(part):
                raise BadPattern(pattern, "nothing follows its last backslash")
            runs[-1] += re.escape(part[position])
            position += 1
        else:
            runs[-1] += re.escape(character)
    first, *others = runs
    if not others:
        return first
    *middle, last = others
    found = "".join(_once(f"[^/]*?{run}", numbers) for run in middle if run)
    return first + found + _once(rf"[^/]*{last}(?=/|\Z)", numbers)


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
