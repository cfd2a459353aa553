"""The versions of Crossplane that a package admits, by the constraint in its meta object."""

from __future__ import annotations

import functools
from typing import Any, Iterable, Mapping

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.package.semver import Constraint, Version, VersionError, parse_constraint

CURRENT_MAJOR = 2
_MAJORS = (1, CURRENT_MAJOR)

# The releases with different APIs, oldest first. The first stands for all of Crossplane 1, and the
# last also for all newer ones.
RELEASES = ("1.20", "2.0", "2.1", "2.2", "2.3", "2.4")

# Since this release, Crossplane reads constraints in the newer dialect (semver.py).
NEWER_DIALECT_SINCE = "2.3"

# A constraint is tested with versions of each major. Crossplane 1 ended with 1.20; no patch version
# is above the twenties, and the versions in the constraint itself are tested as well.
_MINORS = range(31)
_PATCHES = (0, 1, 2, 5, 10, 20)


def majors(meta: Mapping[str, Any]) -> frozenset[int]:
    """The majors that `spec.crossplane.version` admits. Without a constraint, the current one; with
    an invalid one, all."""
    if _crossplane(meta) is None:
        return frozenset({CURRENT_MAJOR})
    version = _version(meta)
    return frozenset(_MAJORS) if version is None else _majors_of(version)


def releases(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The members of RELEASES that `spec.crossplane.version` admits, oldest first. Without a
    constraint, those of the current major; with an invalid one, all; with one that admits none of
    them, the newest."""
    version = _version(meta)
    if version is None:
        current = f"{CURRENT_MAJOR}."
        none = _crossplane(meta) is None
        return tuple(r for r in RELEASES if r.startswith(current)) if none else RELEASES
    return _releases_of(version)


def since(first: str) -> tuple[str, ...]:
    """This release and all later ones."""
    return RELEASES[RELEASES.index(first) :]


def before(first: str) -> tuple[str, ...]:
    """The releases before this one."""
    return RELEASES[: RELEASES.index(first)]


# The packages of a repository mostly have one constraint, and each is asked about it several times.
@functools.lru_cache(maxsize=64)
def _majors_of(text: str) -> frozenset[int]:
    constraint = _constraint(text)
    if constraint is None:
        return frozenset(_MAJORS)
    return frozenset(major for major in _MAJORS if _admits(constraint, major, _MINORS))


@functools.lru_cache(maxsize=64)
def _releases_of(text: str) -> tuple[str, ...]:
    constraint = _constraint(text)
    if constraint is None:
        return RELEASES
    return tuple(r for r in RELEASES if _admits(constraint, *_versions_of(r))) or RELEASES[-1:]


def _versions_of(release: str) -> tuple[int, Iterable[int]]:
    """The major of a release, and the minors that it stands for."""
    major, minor = map(int, release.split("."))
    if release == RELEASES[0]:
        return major, _MINORS
    return major, range(minor, _MINORS.stop) if release == RELEASES[-1] else (minor,)


def _admits(constraint: Constraint, major: int, minors: Iterable[int]) -> bool:
    minors = frozenset(minors)
    named = (c.version for group in constraint.alternatives for c in group)
    versions = [v for v in named if v.major == major and v.minor in minors]
    versions += [Version(major, minor, patch) for minor in minors for patch in _PATCHES]
    return any(constraint.matches(version) for version in versions)


def _crossplane(meta: Mapping[str, Any]) -> Any:
    spec = meta.get("spec")
    return spec.get("crossplane") if isinstance(spec, dict) else None


def _version(meta: Mapping[str, Any]) -> str | None:
    crossplane = _crossplane(meta)
    version = crossplane.get("version") if isinstance(crossplane, dict) else None
    return version if isinstance(version, str) else None


def _constraint(text: str) -> Constraint | None:
    try:
        return parse_constraint(text)
    except VersionError:
        return None


def severity_of_old(admitted: frozenset[int]) -> str | None:
    """The severity of something that works only with Crossplane 1: an error if the package does not
    admit Crossplane 1, a warning if it admits both, and None if it admits only that."""
    if 1 not in admitted:
        return ERROR
    return WARNING if CURRENT_MAJOR in admitted else None
