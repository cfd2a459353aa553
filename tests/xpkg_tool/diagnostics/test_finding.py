"""Findings that depend on the releases of Crossplane that a package admits."""

from __future__ import annotations

import pytest

from xpkg_tool.diagnostics.finding import (
    DROPPED,
    ERROR,
    REFUSED,
    WARNING,
    Finding,
    ReleaseFinding,
    settled,
)

OLD = ("2.0", "2.1")
NEW = ("2.2", "2.3")


def finding(severity: str = ERROR) -> Finding:
    return Finding("XP205", "A field is dropped.", "Remove it.", "a.yaml", severity=severity)


@pytest.mark.parametrize(
    ("releases", "effect", "admitted", "severity"),
    [
        (OLD, DROPPED, OLD, ERROR),
        (OLD, DROPPED, ("2.1",), ERROR),
        (OLD, DROPPED, ("2.1", "2.2"), WARNING),
        (OLD, DROPPED, NEW, None),
        (NEW, DROPPED, ("2.1", "2.2"), WARNING),
        # The newest that a package admits is the one that matters in the end.
        (NEW, REFUSED, ("2.1", "2.2"), ERROR),
        (NEW, REFUSED, NEW, ERROR),
        (OLD, REFUSED, ("2.1", "2.2"), WARNING),
        (OLD, REFUSED, OLD, ERROR),
        (OLD, REFUSED, NEW, None),
    ],
)
def test_the_severity(
    releases: tuple[str, ...], effect: str, admitted: tuple[str, ...], severity: str | None
) -> None:
    found = [f.severity for f in settled([ReleaseFinding(finding(), releases, effect)], admitted)]
    assert found == ([severity] if severity else [])
    # A warning is never more.
    mild = ReleaseFinding(finding(WARNING), releases, effect)
    assert [f.severity for f in settled([mild], admitted)] == [WARNING] * bool(severity)


def test_through_json() -> None:
    original = ReleaseFinding(finding(), OLD, DROPPED)
    assert ReleaseFinding.from_json(original.to_json()) == original
