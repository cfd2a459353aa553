"""Small packages after public reports: tests/vectors/reports.jsonl says what must come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cases import request

from xpkg_tool.build import build
from xpkg_tool.finding import render_all

VECTORS = Path(__file__).parents[1] / "vectors"

REPORTS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "reports.jsonl").read_text(encoding="utf-8").splitlines()
]

# What is not found yet.
NOT_YET = {
    "capabilities-misspelt",
    "cel-oldself-in-atomic-list",
    "function-name-of-dependency",
}


def test_what_is_not_found_yet_are_cases() -> None:
    assert {report["case"] for report in REPORTS} >= NOT_YET


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(
            report,
            id=report["case"],
            marks=[pytest.mark.xfail(strict=True)] if report["case"] in NOT_YET else [],
        )
        for report in REPORTS
    ],
)
def test_what_must_come_out(report: dict[str, Any]) -> None:
    findings = build(request(report)).findings
    text = render_all(findings)
    found = {(f.severity, f.code) for f in findings}
    for wanted in report["want"]:
        what, _, code = wanted.partition(":")
        if what == "clean":
            assert not findings, text
        elif what == "no":
            assert code not in {code for _, code in found}, text
        elif code:
            assert (what, code) in found, text
        else:
            assert what in {severity for severity, _ in found}, text
