"""Findings of a rule."""

from __future__ import annotations

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding, Position
from xpkg_tool.diagnostics.rule import Rule

RULE = Rule("XP999", "made-up", "Something is wrong.", WARNING)


def test_a_finding_is_as_severe_as_its_rule() -> None:
    assert RULE.finding("Wrong.", "Fix it.") == Finding(
        "XP999", "Wrong.", "Fix it.", "", None, "", WARNING
    )
    assert Rule("XP999", "made-up", "Wrong.").finding("", "").severity == ERROR


def test_unless_another_severity_is_given() -> None:
    place = Position(1, 2)
    found = RULE.finding("Wrong.", "Fix it.", "a.yaml", place, "A b", ERROR)
    assert found == Finding("XP999", "Wrong.", "Fix it.", "a.yaml", place, "A b", ERROR)
