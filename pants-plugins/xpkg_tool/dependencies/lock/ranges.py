"""Which versions a constraint admits, on all releases of Crossplane that matter.

Crossplane reads constraints in one of two dialects, by its release. A constraint of a package of
the repository is read as the releases do that the package admits; that of an external package as
those do that any package of the repository admits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Iterable, NamedTuple, Sequence

from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.package.crossplane_versions import since
from xpkg_tool.package.semver import (
    Constraint,
    Dialect,
    Version,
    VersionError,
    parse_constraint,
    parse_version,
)
from xpkg_tool.package.version_choice import VersionTag, version_tags

# The releases that read constraints in each dialect, for messages.
RELEASES_OF = {
    Dialect.MASTERMINDS_1: "Crossplane up to 2.2",
    Dialect.MASTERMINDS_3: "Crossplane 2.3 and later",
}
BOTH_DIALECTS = tuple(RELEASES_OF)
_NEWER = frozenset(since("2.3"))


class Range(NamedTuple):
    """A constraint, or a digest, and the dialects in which it is read."""

    text: str
    dialects: tuple[Dialect, ...]

    @property
    def is_digest(self) -> bool:
        return is_digest(self.text)

    @property
    def readable(self) -> bool:
        """Whether it is a digest, or one of the dialects can read it. Where another one cannot, the
        releases with that dialect refuse the package: lint says so."""
        return self.is_digest or bool(_readings(self.text, self.dialects))

    def admits(self, version: Version) -> bool:
        """Whether all dialects that can read it, at least one, admit the version."""
        readings = _readings(self.text, self.dialects)
        return bool(readings) and all(one.matches(version) for one in readings)

    def is_satisfied(self, version: str) -> bool:
        """Whether the package manager takes the locked version, a tag or a digest, for it: a digest
        satisfies only itself, since it is no version."""
        if self.is_digest:
            return version == self.text
        try:
            return self.admits(parse_version(version))
        except VersionError:
            return False


def dialects_of(releases: Iterable[str]) -> tuple[Dialect, ...]:
    """The dialects of releases such as `2.1`."""
    newer = {release in _NEWER for release in releases}
    return tuple(d for d in BOTH_DIALECTS if (d is Dialect.MASTERMINDS_3) in newer)


def versions_in(tags: Iterable[str]) -> tuple[VersionTag, ...]:
    """The tags that the package manager takes for versions, the highest first."""
    return tuple(tag for tag in reversed(version_tags(tags)) if tag.complete)


@lru_cache(maxsize=10_000)
def _readings(constraint: str, dialects: Sequence[Dialect]) -> tuple[Constraint, ...]:
    found = []
    for dialect in dialects:
        try:
            found.append(parse_constraint(constraint, dialect))
        except VersionError:
            continue
    return tuple(found)
