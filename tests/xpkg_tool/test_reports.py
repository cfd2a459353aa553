"""Small packages after public reports: tests/vectors/reports.jsonl says what must come out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.cases import request
from xpkg_tool.building.build import build
from xpkg_tool.diagnostics.finding import render_all

VECTORS = Path(__file__).parents[1] / "vectors"

REPORTS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "reports.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: str(report["case"]))
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
