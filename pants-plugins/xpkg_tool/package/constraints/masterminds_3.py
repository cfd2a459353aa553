"""Constraints as Masterminds/semver 3.4 reads them, the library of Crossplane 2.3 and later.

Commas and spaces mean "and". A version with missing parts stands for all that begin with it, so
`<2` admits nothing of 2. A prerelease is admitted where one comparison of the alternative names
one.
"""

from __future__ import annotations

import re
from typing import Callable, Mapping

from xpkg_tool.package.constraints.comparison import (
    GROUPED_TERM,
    SPACE,
    TERM,
    Comparison,
    parse_comparison,
    rewrite_ranges,
    single_spaced,
    tilde,
)
from xpkg_tool.package.semver import Dialect, Version, VersionError

_ONE = re.compile(GROUPED_TERM)
_ALL = re.compile(rf"{SPACE}*{TERM}{SPACE}*(?:(?:{SPACE}+|,{SPACE}*){TERM}{SPACE}*)*")


def parse(text: str) -> tuple[tuple[Comparison, ...], ...]:
    """The alternatives of a constraint, each the comparisons that must all hold. Raises
    VersionError."""
    groups = []
    for alternative in rewrite_ranges(single_spaced(text), ending=SPACE).split("||"):
        if _ALL.fullmatch(alternative) is None:
            raise VersionError(f"{alternative.strip() or text!r} is not a version constraint")
        found = _ONE.finditer(alternative)
        groups.append(tuple(parse_comparison(match, Dialect.MASTERMINDS_3) for match in found))
    return tuple(groups)


def admits(alternative: tuple[Comparison, ...], version: Version) -> bool:
    """Whether all comparisons of an alternative hold."""
    if version.prerelease and not any(c.version.prerelease for c in alternative):
        return False
    return all(_OPERATIONS[c.operator](c, version) for c in alternative)


def _not_equal(c: Comparison, v: Version) -> bool:
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


def _greater(c: Comparison, v: Version) -> bool:
    if c.partial and v.major != c.version.major:
        return v.major > c.version.major
    if c.any_minor:
        return False  # 11.1.0 is not greater than 11.
    if c.any_patch:
        return v.minor > c.version.minor
    return v > c.version


def _less_or_equal(c: Comparison, v: Version) -> bool:
    if not c.partial:
        return v <= c.version
    if v.major != c.version.major:
        return v.major < c.version.major
    return c.any_minor or v.minor <= c.version.minor


def _equal(c: Comparison, v: Version) -> bool:
    return tilde(c, v) if c.partial else v == c.version


def _caret(c: Comparison, v: Version) -> bool:
    if v < c.version:
        return False
    if c.version.major > 0 or c.any_minor:
        return v.major == c.version.major
    if v.major > 0:
        return False
    if c.version.minor > 0 or c.any_patch:
        return v.minor == c.version.minor
    return v.minor == 0 and v.patch == c.version.patch


_OPERATIONS: Mapping[str, Callable[[Comparison, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda c, v: v < c.version,
    ">=": lambda c, v: v >= c.version,
    "=>": lambda c, v: v >= c.version,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": tilde,
    "~>": tilde,
    "^": _caret,
}
