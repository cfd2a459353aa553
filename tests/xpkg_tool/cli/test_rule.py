"""`xpkg rule`: the rules, and the page of each."""

from __future__ import annotations

import pytest

from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.catalogue import PUBLISHING_ERRORS, RULES


def test_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[: len(RULES)]] == [
        [rule.code, rule.severity, rule.name] for rule in RULES.values()
    ]
    assert [line.split()[0] for line in lines[len(RULES) :]] == list(PUBLISHING_ERRORS)
    assert all(rule.summary in line for rule, line in zip(RULES.values(), lines))
    assert main(["rule", "XP20"]) == 0
    group = capsys.readouterr().out.splitlines()
    assert group == [line for line in lines if line.startswith("XP20")] and len(group) > 5
    assert main(["rule", "xp202", "XP601"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("XP202 unknown-kind\n\nSeverity: error. ")
    assert "\nWrong:\n\n```yaml\napiVersion: apps/v1\nkind: Deployment\n" in out
    assert f"\n\nXP601 {RULES['XP601'].name}\n\nSeverity: " in out
    assert main(["rule", "publish-denied"]) == 0
    assert capsys.readouterr().out.startswith("publish-denied\n\nSeverity: error. ")
