"""The floor of a constraint: the oldest version that it admits, raised to the one that the
repository has, which is the oldest that the dependent is built and tested with."""

from __future__ import annotations

import re

from xpkg_tool.dependencies.lock.ranges import Range
from xpkg_tool.package.dialects import witnesses
from xpkg_tool.package.semver import Version, VersionError, parse_constraint

# A comparison that has a lowest version, and no highest one of its own but by its operator.
_LOWEST = re.compile(r"(\^|~>?|>=|=>|>)\s*v?[0-9]+(?:\.[0-9]+){0,2}(-\S+)?")
_ANYTHING = frozenset({"", "*", "x", "X"})


def admitted_below(wanted: Range, version: Version) -> Version | None:
    """The oldest of the releases below `version` that a constraint admits, among those that decide
    it: the ones around what the constraint names. None where it admits `version` only together
    with newer ones, or cannot be read."""
    below = (v for v in _tried(wanted.text, version) if v < version and not v.prerelease)
    return min((v for v in below if wanted.admits(v)), default=None)


def raised(wanted: Range, version: Version) -> str | None:
    """The constraint without what it admits below `version`, and otherwise as it is; None where
    there is no simple one. The author's operators stay: `^v1.0.0` is raised to `^v1.4.2`."""
    prefix = "v" if "v" in wanted.text or not re.search("[0-9]", wanted.text) else ""
    floor = f"{prefix}{version._replace(metadata='')}"
    newer = [v for v in _tried(wanted.text, version) if v >= version]
    written = []
    for text in wanted.text.split("||"):
        alternative = Range(text.strip(), wanted.dialects)
        if not any(alternative.admits(v) for v in newer):
            continue
        higher = _raised(alternative, version, floor)
        if higher is None:
            return None
        written.append(higher)
    return " || ".join(written) or None


def _raised(alternative: Range, version: Version, floor: str) -> str | None:
    if admitted_below(alternative, version) is None:
        return alternative.text
    newer = [v for v in _tried(alternative.text, version) if v >= version]
    for text in (_with_floor(alternative.text, floor), f">={floor}, {alternative.text}"):
        proposal = Range(text, alternative.dialects)
        same = all(proposal.admits(v) == alternative.admits(v) for v in newer)
        if proposal.readable and same and admitted_below(proposal, version) is None:
            return text
    return None


def _with_floor(alternative: str, floor: str) -> str:
    """An alternative with the floor in its first comparison that has a lowest version."""
    if alternative in _ANYTHING:
        return f">={floor}"
    terms = [term.strip() for term in alternative.split(",")]
    for number, term in enumerate(terms):
        match = _LOWEST.fullmatch(term)
        if match is not None:
            operator = match.group(1)
            # One prerelease in a comparison admits those of all newer versions.
            opened = "-0" if match.group(2) and "-" not in floor else ""
            terms[number] = f"{'>=' if operator in ('=>', '>') else operator}{floor}{opened}"
            break
    return ", ".join(terms)


def _tried(constraint: str, version: Version) -> list[Version]:
    try:
        named = parse_constraint(constraint)
    except VersionError:
        return []
    own = parse_constraint(f">={version._replace(metadata='')}")
    return sorted(witnesses(named, own))
