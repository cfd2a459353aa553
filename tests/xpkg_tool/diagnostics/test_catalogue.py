"""The catalogue of rules."""

from __future__ import annotations

import re

import pytest

from xpkg_tool.diagnostics import codes
from xpkg_tool.diagnostics.catalogue import RULES, Rule, can_be_ignored, is_fatal, rules_of
from xpkg_tool.diagnostics.finding import ERROR, WARNING


def test_each_code_has_a_rule_and_each_rule_a_code() -> None:
    assert set(RULES) == {value for name, value in vars(codes).items() if name.isupper()}


def test_rules_stand_in_order_and_have_names_of_their_own() -> None:
    assert list(RULES) == sorted(RULES)
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.summary.endswith(".") and rule.summary[0].isupper()
    assert rule.severity in (ERROR, WARNING)
    assert rule.also in ("", ERROR, WARNING) and rule.also != rule.severity
    # Only errors are always on.
    assert not rule.fatal or ERROR in (rule.severity, rule.also)


def test_every_warning_can_be_ignored() -> None:
    assert can_be_ignored("XP010") and can_be_ignored("XP107") and can_be_ignored("XP005")
    assert not can_be_ignored("XP202") and not can_be_ignored("XP998")


def test_a_code_without_a_rule_cannot_be_silenced() -> None:
    assert is_fatal("XP998") and is_fatal("XP002") and not is_fatal("XP010")


def test_prefixes() -> None:
    assert [rule.code for rule in rules_of("XP202")] == ["XP202"]
    assert {rule.code[:3] for rule in rules_of("XP2")} == {"XP2"}
    assert rules_of("YP") == ()
