"""Where the two dialects of version constraints differ, and how to write what both read alike."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Iterator, NamedTuple

from xpkg_tool.package.constraints.comparison import Comparison
from xpkg_tool.package.semver import Constraint, Dialect, Version, VersionError, parse_constraint

OLDER, NEWER = Dialect.MASTERMINDS_1, Dialect.MASTERMINDS_3

# Nobody writes more comparisons, and each has versions of its own to try with all of them.
_MOST_COMPARISONS = 12

# A prerelease as there are many.
_USUAL = "rc.1"

# What both read alike, where the version is whole.
_ALIKE = frozenset({"", "=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>"})


class Difference(NamedTuple):
    """How the dialects differ for one constraint. Either one cannot read it: `unreadable`, and the
    `problem` that it has. Or `witness` is a version, a release where there is one, that only
    `admitting` admits."""

    unreadable: Dialect | None = None
    problem: str = ""
    witness: Version | None = None
    admitting: Dialect | None = None


@lru_cache(maxsize=1_000)
def difference(text: str, below: Version | None = None) -> Difference | None:
    """The difference for a constraint, with `below` only among the releases below that version;
    None where both read it alike, or none can.

    The versions that are tried are those around the ones in the constraint, so a difference is
    found wherever there is one. With more than 12 comparisons none is tried."""
    older, newer = _read(text, OLDER), _read(text, NEWER)
    if isinstance(older, VersionError) or isinstance(newer, VersionError):
        return _unreadable(older, newer)
    if _plainly_alike(older, newer):
        return None
    for version in sorted(witnesses(older, newer), key=_simplest_first):
        if below is not None and (version.prerelease or version >= below):
            continue
        if older.matches(version) != newer.matches(version):
            admitting = OLDER if older.matches(version) else NEWER
            return Difference(witness=version, admitting=admitting)
    return None


def written_for_both(text: str) -> str | None:
    """A constraint that both dialects read alike, and that has the releases that the newer one
    reads in `text`; None where there is no simple one."""
    newer = _read(text, NEWER)
    if isinstance(newer, VersionError) or len(_comparisons(newer)) > _MOST_COMPARISONS:
        return None
    alternatives = []
    for group in newer.alternatives:
        # One prerelease opens the whole group to the newer dialect; the older wants it in each.
        opened = any(comparison.version.prerelease for comparison in group)
        terms = [_whole(comparison, "-0" if opened else "") for comparison in group]
        alternatives.append(", ".join(dict.fromkeys(terms)))
    written = " || ".join(alternatives)
    if re.search(r"v[0-9]", text):
        written = re.sub(r"(?<![0-9A-Za-z.-])(?=[0-9])", "v", written)
    again = _read(written, NEWER)
    if isinstance(again, VersionError) or difference(written) is not None:
        return None
    releases = (v for v in witnesses(newer, again) if not v.prerelease)
    return written if all(newer.matches(v) == again.matches(v) for v in releases) else None


def _read(text: str, dialect: Dialect) -> Constraint | VersionError:
    try:
        return parse_constraint(text, dialect)
    except VersionError as error:
        return error


def _unreadable(
    older: Constraint | VersionError, newer: Constraint | VersionError
) -> Difference | None:
    if isinstance(older, VersionError):
        return None if isinstance(newer, VersionError) else Difference(OLDER, str(older))
    return Difference(NEWER, str(newer))


def _comparisons(constraint: Constraint) -> list[Comparison]:
    return [comparison for group in constraint.alternatives for comparison in group]


def _plainly_alike(older: Constraint, newer: Constraint) -> bool:
    """Whether no version needs to be tried, as with nearly all constraints."""
    return older.alternatives == newer.alternatives and all(
        len({bool(c.version.prerelease) for c in group}) == 1
        and all(not c.partial and c.operator in _ALIKE for c in group)
        for group in newer.alternatives
    )


def _simplest_first(version: Version) -> tuple[object, ...]:
    # A prerelease such as 1.0.0-0 is in constraints only.
    usual = version.prerelease == _USUAL
    return (bool(version.prerelease), not usual, version.numbers, version.prerelease)


def witnesses(*constraints: Constraint) -> set[Version]:
    """Versions below, at and above each that is named, and prereleases of them."""
    comparisons = [c for constraint in constraints for c in _comparisons(constraint)]
    if len(comparisons) > len(constraints) * _MOST_COMPARISONS:
        return set()
    named = {comparison.version for comparison in comparisons}
    return {version for one in named for version in _around(one)}


def _around(version: Version) -> Iterator[Version]:
    prereleases = {"", "0", _USUAL}
    if version.prerelease:
        prereleases |= {version.prerelease, f"{version.prerelease}.0"}
    for major in {0, *_near(version.major)}:
        for minor in {0, *_near(version.minor)}:
            for patch in {0, *_near(version.patch)}:
                for prerelease in prereleases:
                    yield Version(major, minor, patch, prerelease)


def _near(number: int) -> set[int]:
    return {max(0, number - 1), number, number + 1}


def _whole(c: Comparison, lowest: str) -> str:
    """The comparison with whole versions only, `lowest` being the prerelease of those that name
    none. Where it cannot be said so, it is as it was."""
    v = c.version
    start = f"{v.major}.{v.minor}.{v.patch}-{v.prerelease}" if v.prerelease else f"{v}{lowest}"
    next_major, next_minor = f"{v.major + 1}.0.0{lowest}", f"{v.major}.{v.minor + 1}.0{lowest}"
    end = next_major if c.any_minor else next_minor
    if c.any_version:
        return f"{c.operator}*"
    if c.operator == "^" and not c.any_minor:
        end = next_major if v.major else next_minor
        if not v.major and not v.minor and not c.any_patch:
            end = f"0.0.{v.patch + 1}{lowest}"
        return f">={start}, <{end}"
    if c.operator in ("~", "~>", "^") or (c.operator in ("", "=") and c.partial):
        return f">={start}, <{end}"
    if c.operator == ">" and c.partial:
        return f">={end}"
    if c.operator in ("<=", "=<") and c.partial:
        return f"<{end}"
    if c.operator in ("<", ">=", "=>"):
        return f"{c.operator.replace('=>', '>=')}{start}"
    return f"{c.operator or '='}{v}{'.x' if c.partial else ''}"
