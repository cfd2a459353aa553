"""Which major versions of Crossplane a package is for, by the constraint of its meta object."""

from __future__ import annotations

from typing import Any, Mapping

from xpkg_tool.finding import ERROR, WARNING
from xpkg_tool.semver import Version, VersionError, parse_constraint

CURRENT_MAJOR = 2
_MAJORS = (1, CURRENT_MAJOR)

# A constraint is tried with versions of each major. Crossplane 1 ended with 1.20; patch versions
# did not go beyond the twenties, and those that a constraint names itself are tried as well.
_MINORS = range(31)
_PATCHES = (0, 1, 2, 5, 10, 20)


def majors(meta: Mapping[str, Any]) -> frozenset[int]:
    """The majors that `spec.crossplane.version` admits. Without a constraint that is the current
    one; with one that cannot be read, all."""
    spec = meta.get("spec")
    crossplane = spec.get("crossplane") if isinstance(spec, dict) else None
    if crossplane is None:
        return frozenset({CURRENT_MAJOR})
    version = crossplane.get("version") if isinstance(crossplane, dict) else None
    try:
        constraint = parse_constraint(version) if isinstance(version, str) else None
    except VersionError:
        constraint = None
    if constraint is None:
        return frozenset(_MAJORS)
    named = [c.version for group in constraint.alternatives for c in group]
    admitted = set()
    for major in _MAJORS:
        versions = [v for v in named if v.major == major]
        versions += [Version(major, minor, patch) for minor in _MINORS for patch in _PATCHES]
        if any(constraint.matches(v) for v in versions):
            admitted.add(major)
    return frozenset(admitted)


def severity_of_old(admitted: frozenset[int]) -> str | None:
    """How severe it is that something works with Crossplane 1 only: an error where the package is
    not for Crossplane 1, a warning where it is for both, nothing where it is for that alone."""
    if 1 not in admitted:
        return ERROR
    return WARNING if CURRENT_MAJOR in admitted else None
