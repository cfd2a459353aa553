"""Constraints as Masterminds/semver 1.5 reads them, the library of Crossplane up to 2.2.

Only commas mean "and". `1.2` is 1.2.0, but an upper bound with missing or wild parts includes all
that they stand for: `<2` admits 2.5.0. `^` never goes beyond the major version, and keeps to
nothing else, even below 1. A prerelease is admitted where every comparison names one.
"""

from __future__ import annotations

import re
from typing import Callable, Mapping

from xpkg_tool.package.constraints.comparison import (
    GROUPED_TERM,
    SPACE,
    Comparison,
    parse_comparison,
    rewrite_ranges,
    single_spaced,
    tilde,
)
from xpkg_tool.package.semver import Dialect, Version, VersionError

_ONE = re.compile(GROUPED_TERM)


def parse(text: str) -> tuple[tuple[Comparison, ...], ...]:
    """The alternatives of a constraint, each the comparisons that must all hold. Raises
    VersionError."""
    alternatives = rewrite_ranges(single_spaced(text), ending="").split("||")
    return tuple(
        tuple(_parse_one(term.strip(SPACE), text) for term in alternative.split(","))
        for alternative in alternatives
    )


def _parse_one(term: str, text: str) -> Comparison:
    match = _ONE.fullmatch(term)
    if match is None:
        raise VersionError(f"{term or text!r} is not a version constraint")
    return parse_comparison(match, Dialect.MASTERMINDS_1)


def admits(alternative: tuple[Comparison, ...], version: Version) -> bool:
    """Whether all comparisons of an alternative hold."""
    return all(_holds(comparison, version) for comparison in alternative)


def _holds(c: Comparison, v: Version) -> bool:
    # Only `!=` with a whole version takes any prerelease.
    if v.prerelease and not c.version.prerelease and (c.operator != "!=" or c.partial):
        return False
    return _OPERATIONS[c.operator](c, v)


def _not_equal(c: Comparison, v: Version) -> bool:
    if not c.partial:
        return v != c.version
    return v.major != c.version.major or (not c.any_minor and v.minor != c.version.minor)


def _up_to(c: Comparison, v: Version) -> bool:
    """`<` and `<=` where parts are missing or wild. The minor version counts below the major
    version, too: `<1.2.x` admits no 0.3.0."""
    return v.major <= c.version.major and (c.any_minor or v.minor <= c.version.minor)


def _equal(c: Comparison, v: Version) -> bool:
    return tilde(c, v) if c.partial else v == c.version


_OPERATIONS: Mapping[str, Callable[[Comparison, Version], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": lambda c, v: v > c.version,
    "<": lambda c, v: _up_to(c, v) if c.partial else v < c.version,
    ">=": lambda c, v: v >= c.version,
    "=>": lambda c, v: v >= c.version,
    "<=": lambda c, v: _up_to(c, v) if c.partial else v <= c.version,
    "=<": lambda c, v: _up_to(c, v) if c.partial else v <= c.version,
    "~": tilde,
    "~>": tilde,
    "^": lambda c, v: v >= c.version and v.major == c.version.major,
}
