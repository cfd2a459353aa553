"""The catalogue of rules."""

from __future__ import annotations

import re

import pytest

from xpkg_tool.diagnostics.catalogue import (
    PUBLISHING_ERRORS,
    RULES,
    can_be_ignored,
    is_fatal,
    rules_of,
)
from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.diagnostics.rule import Rule


def test_rules_stand_in_order_and_have_names_of_their_own() -> None:
    assert list(RULES) == sorted(RULES)
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


EVERYTHING = {**RULES, **PUBLISHING_ERRORS}


@pytest.mark.parametrize("rule", EVERYTHING.values(), ids=EVERYTHING)
def test_a_rule(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert rule.summary.endswith(".") and rule.summary[0].isupper()
    assert rule.severity in (ERROR, WARNING)
    assert rule.also in ("", ERROR, WARNING) and rule.also != rule.severity
    # Only errors are always on.
    assert not rule.fatal or ERROR in (rule.severity, rule.also)


def test_errors_of_publishing_are_no_rules_of_the_linter() -> None:
    assert all(code.startswith("publish-") for code in PUBLISHING_ERRORS)
    assert all(code.startswith("XP") for code in RULES)


def test_every_warning_can_be_ignored() -> None:
    assert can_be_ignored("XP010") and can_be_ignored("XP107") and can_be_ignored("XP005")
    assert not can_be_ignored("XP202") and not can_be_ignored("XP998")


def test_a_code_without_a_rule_cannot_be_silenced() -> None:
    assert is_fatal("XP998") and is_fatal("XP002") and not is_fatal("XP010")


def test_prefixes() -> None:
    assert [rule.code for rule in rules_of("XP202")] == ["XP202"]
    assert {rule.code[:3] for rule in rules_of("XP2")} == {"XP2"}
    assert rules_of("YP") == ()
