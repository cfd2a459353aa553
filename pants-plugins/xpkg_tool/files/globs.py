"""Glob patterns for paths: those of Go's `filepath.Match`, and `**`. Pure.

`*` and `?` never match a slash; `[a-z]` and `[^a-z]` are classes; a backslash escapes the next
character. A component that is just `**` matches any number of folders, including none, and at the
end everything below, which Go's function does not support. That is why it is
written by hand: fnmatch's `*` matches slashes, glob.translate came with Python 3.13, and neither
has Go's escapes, its `[^…]` and its errors.

A pattern becomes a regular expression that never backtracks, so that many stars do not take
exponential time: what follows a star is searched once, and matched at the first place where it
fits, because a later one leaves less for the rest. `(?=(?P<n>…))(?P=n)` does that, as in Python's
own fnmatch.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from typing import Iterable, Iterator


class BadPattern(ValueError):
    """A pattern that Go's function considers malformed. `str()` is a sentence that quotes it,
    `problem` what is wrong."""

    def __init__(self, pattern: str, problem: str) -> None:
        self.problem = problem
        super().__init__(f"The pattern {pattern!r} is not valid: {problem}.")


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
    # The components between the `**`.
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
    """The expression, without backtracking into it."""
    name = f"n{next(numbers)}"
    return f"(?=(?P<{name}>{expression}))(?P={name})"


def _part(pattern: str, part: str, numbers: Iterator[int]) -> str:
    # The parts between the stars.
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
    """The class that begins after `[`, and the position after its `]`."""
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
        raise BadPattern(pattern, f"its class has {part[position]!r} where a character is expected")
    if position >= len(part):
        raise BadPattern(pattern, "its `[` is not closed")
    return part[position], position + 1
