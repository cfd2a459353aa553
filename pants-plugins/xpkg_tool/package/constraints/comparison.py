"""The parts of a constraint that both libraries read alike: operators, versions that may be
incomplete, and ranges with a hyphen."""

from __future__ import annotations

import re
from typing import NamedTuple

from xpkg_tool.package.semver import Dialect, Version, parse_version

_SPACES = re.compile(r"[\t\n\f\r ]+")
SPACE = " "
_OPERATOR = r"=>|=<|>=|<=|!=|~>|[=><~^]|"
# `|` may be in a part, as in the libraries, though no part with it is ever valid.
_PART = r"[0-9|xX*]+"
_WILD = frozenset({None, "x", "X", "*"})


def _operand(groups: bool) -> str:
    """The pattern of a version in a constraint, where a part may be `x` or missing."""
    opening = "(" if groups else "(?:"
    return (
        rf"v?{opening}{_PART})(?:\.{opening}{_PART}))?(?:\.{opening}{_PART}))?"
        rf"{opening}-[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?(?:\+[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*)?"
    )


# A comparison without groups, and with them: operator, major, minor, patch, prerelease.
TERM = rf"(?:{_OPERATOR}){SPACE}*{_operand(False)}"
GROUPED_TERM = rf"({_OPERATOR}){SPACE}*{_operand(True)}"

_RANGE = re.compile(rf"{SPACE}*({_operand(False)}){SPACE}+-{SPACE}+({_operand(False)}){SPACE}*")


class Comparison(NamedTuple):
    """An operator and a version. At most one of the three says that a part is `x` or missing."""

    operator: str
    version: Version
    any_minor: bool  # The minor version, and with it the patch version.
    any_patch: bool
    any_version: bool  # All of it is `x`.

    @property
    def partial(self) -> bool:
        """Whether the version stands for several."""
        return self.any_minor or self.any_patch or self.any_version


def single_spaced(text: str) -> str:
    """The text with one space for many: their number has no meaning, but a pattern would backtrack
    over them."""
    return _SPACES.sub(SPACE, text)


def rewrite_ranges(text: str, ending: str) -> str:
    """`1.2 - 1.4` is `>= 1.2, <= 1.4`. The spaces around it are lost, `ending` is put after it."""
    return _RANGE.sub(lambda m: f">= {m.group(1)}, <= {m.group(2)}{ending}", text)


def parse_comparison(match: re.Match[str], dialect: Dialect) -> Comparison:
    """The comparison that GROUPED_TERM has matched. Raises VersionError."""
    operator, major, minor, patch = match.group(1, 2, 3, 4)
    prerelease = match.group(5) or ""
    newer = dialect is Dialect.MASTERMINDS_3
    any_version = major in _WILD
    any_minor = not any_version and minor in _WILD
    # To the older library `1.2` is 1.2.0, and only `1.2.x` stands for several.
    any_patch = (
        not any_version and not any_minor and patch in _WILD and (newer or patch is not None)
    )
    if any_version:
        exact = f"0.0.0{prerelease if newer else ''}"
    elif any_minor:
        exact = f"{major}.0.0{prerelease}"
    elif any_patch:
        exact = f"{major}.{minor}.0{prerelease}"
    else:
        exact = match.group(0)[len(operator) :].strip(SPACE)
    return Comparison(operator, parse_version(exact, dialect), any_minor, any_patch, any_version)


def tilde(comparison: Comparison, version: Version) -> bool:
    """`~`: the same major version and, where one is given, the same minor version."""
    wanted = comparison.version
    if version < wanted:
        return False
    if wanted.numbers == (0, 0, 0) and not comparison.any_minor and not comparison.any_patch:
        return True  # `~0.0.0`, `*`: everything from 0.0.0 on.
    same_minor = comparison.any_minor or version.minor == wanted.minor
    return version.major == wanted.major and same_minor
