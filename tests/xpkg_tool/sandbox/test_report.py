"""The command that writes findings to files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.sandbox.asking import build, package, tell
from xpkg_tool.messages.report import ReportRequest

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: function-a}\n"


def test_findings_of_several_packages_become_one_file_for_each_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(f"{META}---\na: 1\n")
    Path("worse.yaml").write_text("a: [\n")
    build(package("bad", ["bad.yaml"]), package("worse", ["worse.yaml"]))
    answers = ("out/0/findings.json", "out/1/findings.json")
    tell(ReportRequest(answers, ("github", "json", "sarif", "text")), "reports")
    found = json.loads(Path("reports/findings.json").read_text())["findings"]
    assert {finding["path"] for finding in found} == {"bad.yaml", "worse.yaml"}
    (log,) = json.loads(Path("reports/findings.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in log["results"]] == [f["code"] for f in found]
    commands = Path("reports/annotations.txt").read_text().splitlines()
    assert [line.startswith("::error ") for line in commands] == [*(True for _ in found), False]
    assert "XP201" in Path("reports/findings.txt").read_text()
