"""Versions and version constraints as the package manager reads them: Masterminds semver 3.4.

No Python library follows these rules (`~>`, `=>`, spaces as "and", prereleases only if the
constraint names one), so this is our own small module; tests/vectors/semver.json verifies it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import Callable

# In characters. Nobody seriously writes a longer constraint.
_LONGEST = 2_000

_LARGEST_NUMBER = 2**64 - 1

_PRERELEASE = r"-([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)"
_METADATA = r"\+([0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)"
_VERSION = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:{_PRERELEASE})?(?:{_METADATA})?"
)

_SPACES = re.compile(r"[\t\n\f\r ]+")
_SPACE = " "
_OPERATOR = r"=>|=<|>=|<=|!=|~>|[=><~^]|"
_PART = r"[0-9|xX*]+"


def _operand(groups: bool) -> str:
    """The pattern of a version in a constraint, where a part may be `x` or missing."""
    opening = "(" if groups else "(?:"
    return (
        rf"v?{opening}{_PART})(?:\.{opening}{_PART}))?(?:\.{opening}{_PART}))?"
        rf"{opening}-[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?(?:\+[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?"
    )


_TERM = rf"(?:{_OPERATOR}){_SPACE}*{_operand(False)}"
_ONE = re.compile(rf"({_OPERATOR}){_SPACE}*{_operand(True)}")
_ALL = re.compile(rf"{_SPACE}*{_TERM}{_SPACE}*(?:(?:{_SPACE}+|,{_SPACE}*){_TERM}{_SPACE}*)*")
_RANGE = re.compile(rf"{_SPACE}*({_operand(False)}){_SPACE}+-{_SPACE}+({_operand(False)}){_SPACE}*")


class VersionError(ValueError):
    """A version or a constraint that the package manager cannot read."""


@total_ordering
@dataclass(frozen=True, eq=False)
class Version:
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

    def _key(self) -> tuple[object, ...]:
        # A release comes after its prereleases; numbers come before words.
        identifiers = tuple(
            (0, int(part), "") if part.isdigit() else (1, 0, part)
            for part in self.prerelease.split(".")
        )
        return (self.major, self.minor, self.patch, not self.prerelease, identifiers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def parse_version(text: str) -> Version:
    """Parses a version; raises VersionError."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise VersionError(f"{text!r} is not a semantic version")
    major, minor, patch = (int(part or 0) for part in match.group(1, 2, 3))
    if max(major, minor, patch) > _LARGEST_NUMBER:
        raise VersionError(f"{text!r} has a number over 64 bits")
    prerelease = match.group(4) or ""
    if any(p.isdigit() and p[0] == "0" and p != "0" for p in prerelease.split(".")):
        raise VersionError(f"{text!r} has a prerelease number that starts with 0")
    return Version(major, minor, patch, prerelease, metadata=match.group(5) or "")


@dataclass(frozen=True)
class _Comparison:
    operator: str
    version: Version
    any_minor: bool  # The minor version is `x` or missing, and with it the patch version.
    any_patch: bool
    any_version: bool  # All of it is `x`.

    @property
    def partial(self) -> bool:
        return self.any_minor or self.any_patch or self.any_version


@dataclass(frozen=True)
class Constraint:
    """A version constraint: alternatives, each a set of comparisons that must all hold."""

    text: str
    alternatives: tuple[tuple[_Comparison, ...], ...]

    def matches(self, version: Version) -> bool:
        """Whether `version` satisfies the constraint. A prerelease does so only if a comparison in
        the same alternative names one."""
        return any(
            all(_holds(c, version, any(o.version.prerelease for o in group)) for c in group)
            for group in self.alternatives
        )


def parse_constraint(text: str) -> Constraint:
    """Parses a constraint; raises VersionError."""
    if len(text) > _LONGEST:
        raise VersionError(f"a constraint of {len(text)} characters")
    groups = []
    # The number of spaces has no meaning, but a pattern would backtrack over them.
    for alternative in _rewrite_ranges(_SPACES.sub(_SPACE, text)).split("||"):
        if _ALL.fullmatch(alternative) is None:
            raise VersionError(f"{alternative.strip() or text!r} is not a version constraint")
        groups.append(tuple(_comparison(m) for m in _ONE.finditer(alternative)))
    return Constraint(text, tuple(groups))


def _rewrite_ranges(text: str) -> str:
    """`1.2 - 1.4` is `>= 1.2, <= 1.4`."""
    return _RANGE.sub(lambda m: f">= {m.group(1)}, <= {m.group(2)} ", text)


def _comparison(match: re.Match[str]) -> _Comparison:
    operator, major, minor, patch = match.group(1, 2, 3, 4)
    prerelease = match.group(5) or ""
    wild = {None, "x", "X", "*"}
    any_version = major in wild
    any_minor = not any_version and minor in wild
    any_patch = not any_version and not any_minor and patch in wild
    if any_version:
        exact = f"0.0.0{prerelease}"
    elif any_minor:
        exact = f"{major}.0.0{prerelease}"
    elif any_patch:
        exact = f"{major}.{minor}.0{prerelease}"
    else:
        exact = match.group(0)[len(operator) :].strip()
    return _Comparison(operator, parse_version(exact), any_minor, any_patch, any_version)


def _holds(comparison: _Comparison, version: Version, prereleases: bool) -> bool:
    if version.prerelease and not comparison.version.prerelease and not prereleases:
        return False
    return _OPERATIONS[comparison.operator](comparison, version)


def _not_equal(c: _Comparison, v: Version) -> bool:
    if not c.partial:
        return v != c.version
    if v.major != c.version.major:
        return True
    if c.any_minor:
        return False
    if v.minor != c.version.minor:
        return True
    if c.any_patch:
        return v.prerelease != c.version.prerelease
    return v != c.version


def _greater(c: _Comparison, v: Version) -> bool:
    if c.partial and v.major != c.version.major:
        return v.major > c.version.major
    if c.any_minor:
        return False  # 11.1.0 is not greater than 11.
    if c.any_patch:
        return v.minor > c.version.minor
    return v > c.version


def _less_or_equal(c: _Comparison, v: Version) -> bool:
    if not c.partial:
        return v <= c.version
    if v.major != c.version.major:
        return v.major < c.version.major
    return c.any_minor or v.minor <= c.version.minor


def _tilde(c: _Comparison, v: Version) -> bool:
    if v < c.version:
        return False
    zero = (c.version.major, c.version.minor, c.version.patch) == (0, 0, 0)
    if zero and not c.any_minor and not c.any_patch:
        return True  # `~0.0.0`, `*`: everything from 0.0.0 on.
    return v.major == c.version.major and (c.any_minor or v.minor == c.version.minor)


def _equal(c: _Comparison, v: Version) -> bool:
    return _tilde(c, v) if c.partial else v == c.version


def _caret(c: _Comparison, v: Version) -> bool:
    if v < c.version:
        return False
    if c.version.major > 0 or c.any_minor:
        return v.major == c.version.major
    if v.major > 0:
        return False
    if c.version.minor > 0 or c.any_patch:
        return v.minor == c.version.minor
    return v.minor == 0 and v.patch == c.version.patch


_OPERATIONS: dict[str, Callable[[_Comparison, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda c, v: v < c.version,
    ">=": lambda c, v: v >= c.version,
    "=>": lambda c, v: v >= c.version,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
