"""Which versions several constraints admit together, on all releases of Crossplane that count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Callable, Iterable, Sequence

from xpkg_tool.package.semver import (
    Constraint,
    Version,
    VersionError,
    parse_constraint,
    parse_version,
)


@dataclass(frozen=True)
class Reader:
    """How some releases of Crossplane read constraints: `releases` names them, such as "Crossplane
    2.3 and later", and `parse` raises VersionError."""

    releases: str
    parse: Callable[[str], Constraint]


NEWEST = (Reader("Crossplane 2.3 and later", parse_constraint),)

# The package manager ignores tags such as `v1` and `v1.2`, which move.
_COMPLETE = re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+(?![0-9.])")


def versions_in(tags: Iterable[str]) -> tuple[tuple[Version, str], ...]:
    """The tags that the package manager takes for versions, as they are spelled, the highest
    first. Of tags with the same version the order is that of their spelling."""
    found = []
    for tag in tags:
        if _COMPLETE.match(tag):
            version = version_of(tag)
            if version is not None:
                found.append((version, tag))
    return tuple(sorted(found, reverse=True))


def version_of(text: str) -> Version | None:
    """The version that a tag is; None for anything else, such as a digest."""
    try:
        return parse_version(text)
    except VersionError:
        return None


@lru_cache(maxsize=10_000)
def readings(constraint: str, readers: Sequence[Reader]) -> tuple[Constraint, ...]:
    """The constraint as each release reads it. A release that cannot read it is left out: that
    such a release refuses the package, lint says. Empty where none can."""
    found = []
    for reader in readers:
        try:
            found.append(reader.parse(constraint))
        except VersionError:
            continue
    return tuple(found)


def admits(constraint: str, version: Version, readers: Sequence[Reader]) -> bool:
    """Whether all releases that can read the constraint, at least one, admit the version."""
    read = readings(constraint, readers)
    return bool(read) and all(one.matches(version) for one in read)
