"""The parts of a regular expression, and the classes of characters that have names in Go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Collection, Union

# Whether a class has one of the forms (of upper and lower case) of a character.
CharsTest = Callable[[Collection[str]], bool]


@dataclass(frozen=True)
class Chars:
    """One character: in one of the ranges, or accepted by a test; or, `negated`, in none of them.
    `known` is False where this module cannot tell which characters are meant."""

    ranges: tuple[tuple[int, int], ...]
    tests: tuple[CharsTest, ...] = ()
    negated: bool = False
    fold: bool = False
    known: bool = True


@dataclass(frozen=True)
class Assertion:
    """A place: `begin`, `end`, `begin-line`, `end-line`, `word` or `no-word`."""

    kind: str


@dataclass(frozen=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """`most` is None for any number of times."""

    item: Node
    least: int
    most: int | None


Node = Union[Chars, Assertion, Sequence, Choice, Repeat]

_DIGIT = ((48, 57),)
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE = ((9, 10), (12, 13), (32, 32))
PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
POSIX = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
ANY = ((0, 0x10FFFF),)
LETTER_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


def complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """The characters that are in none of the ranges."""
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, 0x10FFFF)) if start <= 0x10FFFF else tuple(found)
