"""Whether a text matches an expression of Go's regexp: all states at once, so never slowly.

Python's own engine would read most expressions alike, but some take it longer than anyone waits.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Union

from xpkg_tool.kubernetes.regex.re2 import PatternError, parse
from xpkg_tool.kubernetes.regex.re2_tree import (
    Assertion,
    Chars,
    CharsTest,
    Choice,
    Node,
    Repeat,
    Sequence,
)

# Beyond these the question is not answered.
_MOST_STEPS = 5_000
_LONGEST_TEXT = 4_096
_MOST_WORK = 500_000
_DEEPEST = 100


@dataclass(frozen=True)
class _OneOf:
    """Chars for looking up: the ranges in order, none of which touches another."""

    lows: tuple[int, ...]
    highs: tuple[int, ...]
    tests: tuple[CharsTest, ...]
    negated: bool
    fold: bool


# A step: what must hold, and the steps that may follow. None holds everywhere.
_Step = tuple[Union[_OneOf, Assertion, None], list[int]]


class _TooMuch(Exception):
    """The expression is too large, or uses what this module does not know."""


def matches(pattern: str, text: str) -> bool | None:
    """Whether a part of `text` matches, as Go's MatchString says; None where that is not known."""
    return match(pattern, text)[0]


def match(pattern: str, text: str, most: int = _MOST_WORK) -> tuple[bool | None, int]:
    """As `matches`, and how much work it was: at most about `most`, at which it is given up. That
    is the same each time, whatever was asked before."""
    try:
        steps = _program(pattern)
    except PatternError:
        return None, len(pattern)
    work = len(pattern) + (_MOST_STEPS if steps is None else len(steps))
    if steps is None or len(text) > _LONGEST_TEXT:
        return None, work
    try:
        found, run = _run(steps, text, min(most, _MOST_WORK))
        return found, work + run
    except _TooMuch:
        return None, work + min(most, _MOST_WORK)


@lru_cache(maxsize=256)
def _program(pattern: str) -> tuple[_Step, ...] | None:
    """The steps; the first is the entry and the last is the goal. None if there are too many."""
    steps: list[_Step] = [(None, [])]
    try:
        end = _compile(parse(pattern), 0, steps, 0)
    except _TooMuch:
        return None
    steps[end][1].append(len(steps))
    steps.append((None, []))
    return tuple(steps)


def _compile(node: Node, before: int, steps: list[_Step], depth: int) -> int:
    """Adds the steps of `node` behind the step `before`; gives the step at which it ends."""
    if depth > _DEEPEST or len(steps) > _MOST_STEPS:
        raise _TooMuch
    if isinstance(node, (Chars, Assertion)):
        if isinstance(node, Chars) and not node.known:
            raise _TooMuch
        return _step(_one_of(node) if isinstance(node, Chars) else node, before, steps)
    if isinstance(node, Sequence):
        for item in node.items:
            before = _compile(item, before, steps, depth + 1)
        return before
    if isinstance(node, Choice):
        ends = [_compile(item, before, steps, depth + 1) for item in node.items]
        join = len(steps)
        steps.append((None, []))
        for end in ends:
            steps[end][1].append(join)
        return join
    return _compile_repeat(node, before, steps, depth)


def _compile_repeat(node: Repeat, before: int, steps: list[_Step], depth: int) -> int:
    for _ in range(node.least):
        before = _compile(node.item, before, steps, depth + 1)
    if node.most is None:
        # A step of its own to come back to, so that nothing before is repeated with it.
        loop = _step(None, before, steps)
        steps[_compile(node.item, loop, steps, depth + 1)][1].append(loop)
        return _step(None, loop, steps)
    exits = [before]
    for _ in range(node.most - node.least):
        before = _compile(node.item, _step(None, before, steps), steps, depth + 1)
        exits.append(before)
    join = len(steps)
    steps.append((None, []))
    for end in exits:
        steps[end][1].append(join)
    return join


def _one_of(chars: Chars) -> _OneOf:
    ranges: list[tuple[int, int]] = []
    for low, high in sorted(chars.ranges):
        if ranges and low <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(high, ranges[-1][1]))
        else:
            ranges.append((low, high))
    lows, highs = tuple(low for low, _ in ranges), tuple(high for _, high in ranges)
    # A test is asked of each character: a class may name the same one a thousand times.
    return _OneOf(lows, highs, tuple(dict.fromkeys(chars.tests)), chars.negated, chars.fold)


def _step(what: _OneOf | Assertion | None, before: int, steps: list[_Step]) -> int:
    steps.append((what, []))
    steps[before][1].append(len(steps) - 1)
    return len(steps) - 1


def _run(steps: tuple[_Step, ...], text: str, most: int) -> tuple[bool, int]:
    goal = len(steps) - 1
    active: set[int] = set()
    work = 0
    for place in range(len(text) + 1):
        # A match may begin anywhere.
        waiting = _closure(steps, {0} | active, text, place)
        if goal in waiting:
            return True, work
        work += len(waiting)
        if work > most:
            raise _TooMuch
        if place < len(text):
            # A step for a character is left when the character is read.
            active = {
                following
                for step in waiting
                if isinstance(what := steps[step][0], _OneOf) and _is_one(what, text[place])
                for following in steps[step][1]
            }
    return False, work


def _closure(steps: tuple[_Step, ...], entered: set[int], text: str, place: int) -> set[int]:
    """The steps that are reached without reading a character."""
    reached: set[int] = set()
    pending = list(entered)
    while pending:
        step = pending.pop()
        if step in reached:
            continue
        what, following = steps[step]
        if isinstance(what, Assertion) and not _holds(what.kind, text, place):
            continue
        reached.add(step)
        if not isinstance(what, _OneOf):
            pending += following
    return reached


def _is_one(chars: _OneOf, character: str) -> bool:
    forms = {character}
    if chars.fold:
        if not character.isascii() or (chars.highs and chars.highs[-1] > 127):
            raise _TooMuch
        forms |= {character.lower(), character.upper()}
    found = any(_in_ranges(chars, ord(form)) for form in forms) or any(
        test(forms) for test in chars.tests
    )
    return found is not chars.negated


def _in_ranges(chars: _OneOf, code: int) -> bool:
    place = bisect_right(chars.lows, code)
    return place > 0 and code <= chars.highs[place - 1]


def _holds(kind: str, text: str, place: int) -> bool:
    if kind == "begin":
        return place == 0
    if kind == "end":
        return place == len(text)
    if kind == "begin-line":
        return place == 0 or text[place - 1] == "\n"
    if kind == "end-line":
        return place == len(text) or text[place] == "\n"
    is_boundary = _is_word(text[place - 1 : place]) is not _is_word(text[place : place + 1])
    return is_boundary is (kind == "word")


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
