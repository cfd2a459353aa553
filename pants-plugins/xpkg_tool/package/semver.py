"""Versions and version constraints as the package manager reads them: with Masterminds/semver, in
one of two releases of that library.

No Python library follows these rules (`~>`, `=>`, prereleases only if the constraint names one), so
this is our own; tests/vectors/constraints.jsonl and semver.json hold it to the libraries.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from xpkg_tool.package.constraints.comparison import Comparison

# In characters. Nobody seriously writes a longer version or constraint.
_LONGEST = 2_000

# The number of a prerelease is compared as one only if it fits; else as a word.
_LARGEST_IDENTIFIER = 2**64 - 1

_IDENTIFIERS = r"([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)"
_VERSION = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
)


class Dialect(Enum):
    """A version of Masterminds/semver: 1.5.0 is that of Crossplane up to 2.2, 3.4.0 that of 2.3 and
    later."""

    MASTERMINDS_1 = "Masterminds/semver 1"
    MASTERMINDS_3 = "Masterminds/semver 3"


# What the numbers of a version are stored in.
_LARGEST_NUMBER = {Dialect.MASTERMINDS_1: 2**63 - 1, Dialect.MASTERMINDS_3: 2**64 - 1}


class VersionError(ValueError):
    """A version or a constraint that the package manager cannot read."""


class Version(NamedTuple):
    """A semantic version; missing parts are 0. Comparisons ignore build metadata."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    metadata: str = ""

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{self.prerelease}" if self.prerelease else ""
        return text + (f"+{self.metadata}" if self.metadata else "")

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Major, minor and patch."""
        return (self.major, self.minor, self.patch)

    # All of them: the order of tuples is another one.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.numbers == other.numbers and self.prerelease == other.prerelease

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __le__(self, other: Version) -> bool:  # type: ignore[override]
        return self < other or self == other

    def __gt__(self, other: Version) -> bool:  # type: ignore[override]
        return not self <= other

    def __ge__(self, other: Version) -> bool:  # type: ignore[override]
        return not self < other

    def __lt__(self, other: Version) -> bool:  # type: ignore[override]
        if self.numbers != other.numbers:
            return self.numbers < other.numbers
        # A release comes after its prereleases.
        if not self.prerelease or not other.prerelease:
            return bool(self.prerelease) and not other.prerelease
        return _precedes(self.prerelease, other.prerelease)

    def __hash__(self) -> int:
        return hash((self.numbers, self.prerelease))


def _precedes(left: str, right: str) -> bool:
    """Whether a prerelease comes before another one."""
    lefts, rights = left.split("."), right.split(".")
    for one, other in zip(lefts, rights):
        if one == other:
            continue
        a, b = _number(one), _number(other)
        if a is not None and b is not None:
            # Of `1` and `01`, which only the older library takes, each comes before the other.
            return a <= b
        # Numbers come before words.
        return one < other if a is None and b is None else b is None
    return len(lefts) < len(rights)


def _number(identifier: str) -> int | None:
    number = int(identifier) if identifier.isdigit() else None
    return number if number is None or number <= _LARGEST_IDENTIFIER else None


def parse_version(text: str, dialect: Dialect = Dialect.MASTERMINDS_3) -> Version:
    """Parses a version; raises VersionError."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise VersionError(f"{text!r} is not a semantic version")
    major, minor, patch = (int(part or 0) for part in match.group(1, 2, 3))
    largest = _LARGEST_NUMBER[dialect]
    if max(major, minor, patch) > largest:
        raise VersionError(f"{text!r} has a number over {largest.bit_length()} bits")
    prerelease = match.group(4) or ""
    zero = any(p.isdigit() and p[0] == "0" and p != "0" for p in prerelease.split("."))
    if zero and dialect is Dialect.MASTERMINDS_3:
        raise VersionError(f"{text!r} has a prerelease number that starts with 0")
    return Version(major, minor, patch, prerelease, metadata=match.group(5) or "")


class _Library(Protocol):
    """What masterminds_1.py and masterminds_3.py have."""

    def parse(self, text: str) -> tuple[tuple[Comparison, ...], ...]: ...

    def admits(self, alternative: tuple[Comparison, ...], version: Version) -> bool: ...


class Constraint(NamedTuple):
    """A version constraint: alternatives, each a set of comparisons that must all hold."""

    text: str
    alternatives: tuple[tuple[Comparison, ...], ...]
    dialect: Dialect = Dialect.MASTERMINDS_3

    def matches(self, version: Version) -> bool:
        """Whether `version` satisfies the constraint."""
        admits = _library(self.dialect).admits
        return any(admits(alternative, version) for alternative in self.alternatives)


def parse_constraint(text: str, dialect: Dialect = Dialect.MASTERMINDS_3) -> Constraint:
    """Parses a constraint; raises VersionError."""
    if len(text) > _LONGEST:
        raise VersionError(f"a constraint of {len(text)} characters")
    return Constraint(text, _library(dialect).parse(text), dialect)


def _library(dialect: Dialect) -> _Library:
    # Most packages need none of them, and start sooner.
    if dialect is Dialect.MASTERMINDS_1:
        from xpkg_tool.package.constraints import masterminds_1

        return masterminds_1
    from xpkg_tool.package.constraints import masterminds_3

    return masterminds_3
