"""Versions and version constraints as the package manager reads them, in both dialects.

No Python library follows these rules (`~>`, `=>`, prereleases only if the constraint names one), so
this is our own; tests/vectors/constraints.jsonl and semver.json hold it to the libraries.
"""

from __future__ import annotations

from dataclasses import dataclass

from xpkg_tool.package.versions import masterminds_1, masterminds_3
from xpkg_tool.package.versions.comparison import Comparison
from xpkg_tool.package.versions.dialect import Dialect
from xpkg_tool.package.versions.version import LONGEST, Version, VersionError, parse_version

__all__ = [
    "Constraint",
    "Dialect",
    "Version",
    "VersionError",
    "parse_constraint",
    "parse_version",
]

_PARSE = {
    Dialect.MASTERMINDS_1: masterminds_1.parse,
    Dialect.MASTERMINDS_3: masterminds_3.parse,
}
_ADMITS = {
    Dialect.MASTERMINDS_1: masterminds_1.admits,
    Dialect.MASTERMINDS_3: masterminds_3.admits,
}


@dataclass(frozen=True)
class Constraint:
    """A version constraint: alternatives, each a set of comparisons that must all hold."""

    text: str
    alternatives: tuple[tuple[Comparison, ...], ...]
    dialect: Dialect = Dialect.MASTERMINDS_3

    def matches(self, version: Version) -> bool:
        """Whether `version` satisfies the constraint."""
        admits = _ADMITS[self.dialect]
        return any(admits(alternative, version) for alternative in self.alternatives)


def parse_constraint(text: str, dialect: Dialect = Dialect.MASTERMINDS_3) -> Constraint:
    """Parses a constraint; raises VersionError."""
    if len(text) > LONGEST:
        raise VersionError(f"a constraint of {len(text)} characters")
    return Constraint(text, _PARSE[dialect](text), dialect)
