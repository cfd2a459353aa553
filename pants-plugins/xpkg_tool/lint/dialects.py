"""The rules for constraints that older releases of Crossplane read in another way (XP130, XP131).

Crossplane 2.3 took a newer version of the library that reads them, with another syntax and other
meanings (`package/dialects.py`).
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import REFUSED, WARNING, ReleaseFinding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.crossplane_versions import NEWER_DIALECT_SINCE, before
from xpkg_tool.package.dialects import NEWER, OLDER, Difference, difference, written_for_both
from xpkg_tool.package.semver import parse_version

CONSTRAINT_SYNTAX = Rule(
    "XP130",
    "constraint-syntax",
    "A version constraint is not valid in Crossplane before 2.3.",
)
CONSTRAINT_MEANING = Rule(
    "XP131",
    "constraint-meaning",
    "A version constraint admits other versions in Crossplane before 2.3.",
    WARNING,
)

_OLDER_RELEASES = before(NEWER_DIALECT_SINCE)
_FIRST = parse_version(NEWER_DIALECT_SINCE)
_NEWER_ONLY = (
    f"admit only Crossplane {NEWER_DIALECT_SINCE} and later, with "
    f'`spec.crossplane.version: ">=v{NEWER_DIALECT_SINCE}.0"`'
)


def check_dependency_dialect(
    subject: Subject, path: PathOf, constraint: str
) -> Iterator[ReleaseFinding]:
    """A finding where releases of Crossplane differ about the `version` of a dependency, which the
    newest can read."""
    found = difference(constraint)
    if found is None or found.unreadable is NEWER:
        return
    if found.unreadable is OLDER:
        yield _not_valid(subject, path, constraint, found, "The dependency's version")
        return
    yield _another_meaning(
        subject,
        path,
        f"{shown(constraint)} admits other versions before Crossplane {NEWER_DIALECT_SINCE}: "
        f"{_who_admits(found)}.",
        f"{_proposal(constraint)}; or {_NEWER_ONLY}.",
    )


def check_crossplane_dialect(
    subject: Subject, path: PathOf, constraint: str
) -> Iterator[ReleaseFinding]:
    """A finding where an older release of Crossplane, which reads the constraint for itself only,
    decides otherwise than the newest would for it."""
    found = difference(constraint, below=_FIRST)
    if found is None or found.unreadable is NEWER:
        return
    if found.unreadable is OLDER:
        # A warning: Crossplane's build takes the package, and which release it is for is what could
        # not be read.
        what = "The version constraint for Crossplane"
        refused = _not_valid(subject, path, constraint, found, what)
        yield refused._replace(finding=refused.finding._replace(severity=WARNING))
        return
    takes = "satisfies" if found.admitting is OLDER else "does not satisfy"
    yield _another_meaning(
        subject,
        path,
        f"Crossplane {found.witness} {takes} {shown(constraint)}: before {NEWER_DIALECT_SINCE}, "
        "Crossplane reads the constraint in another way.",
        f"{_proposal(constraint)}.",
    )


def _not_valid(
    subject: Subject, path: PathOf, constraint: str, found: Difference, what: str
) -> ReleaseFinding:
    written = written_for_both(constraint)
    fix = f"Write `{written}`" if written else "Join comparisons with commas, not with spaces"
    finding = subject.finding(
        CONSTRAINT_SYNTAX,
        f"{what} is not valid before Crossplane {NEWER_DIALECT_SINCE}: {found.problem}.",
        f"{fix}, which all releases can read; or {_NEWER_ONLY}.",
        path,
    )
    return ReleaseFinding(finding, _OLDER_RELEASES, REFUSED)


def _another_meaning(subject: Subject, path: PathOf, message: str, remedy: str) -> ReleaseFinding:
    finding = subject.finding(CONSTRAINT_MEANING, message, remedy, path)
    return ReleaseFinding(finding, _OLDER_RELEASES, REFUSED)


def _who_admits(found: Difference) -> str:
    if found.admitting is OLDER:
        return f"{found.witness} satisfies it there, but not from {NEWER_DIALECT_SINCE} on"
    return f"{found.witness} satisfies it from {NEWER_DIALECT_SINCE} on, but not before"


def _proposal(constraint: str) -> str:
    written = written_for_both(constraint)
    if written:
        return f"Write `{written}`, which all releases read alike"
    return "Write whole versions, such as `>=v1.2.0, <v2.0.0`, which all releases read alike"
