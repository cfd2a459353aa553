"""The commands that the Pants backend runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xpkg_tool.__main__ import main

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: provider-a}\n"


@pytest.fixture(autouse=True)
def _in_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def entry(name: str, *sources: str) -> dict[str, object]:
    return {
        "name": name,
        "root": "",
        "sources": sources,
        "examples": [],
        "examplesExpected": False,
        "packageType": None,
    }


def test_a_bad_package_fails_alone() -> None:
    Path("good.yaml").write_bytes(META)
    Path("bad.yaml").write_bytes(b"a: 1\n")
    packages = [entry("good", "good.yaml"), entry("bad", "bad.yaml"), entry("gone", "gone.yaml")]
    Path("request.json").write_text(json.dumps({"packages": packages}))
    assert main(["build", "request.json", "out"]) == 0
    reports = [json.loads(Path(f"out/{i}/report.json").read_text()) for i in range(3)]
    assert reports[0]["digest"].startswith("sha256:") and not reports[0]["findings"]
    assert [f["code"] for f in reports[1]["findings"]] == ["XP201", "XP101"][::-1]
    assert reports[2]["findings"][0]["code"] == "XP000"
    assert sorted(p.name for p in Path("out/0").iterdir()) == [
        "package.xpkg",
        "package.xpkg.json",
        "report.json",
    ]
    assert [p.name for p in Path("out/1").iterdir()] == ["report.json"]


def test_adopting_answers_with_targets() -> None:
    Path("p").mkdir()
    Path("p/crossplane.yaml").write_bytes(META)
    Path("request.json").write_text(json.dumps({"files": ["p/crossplane.yaml"], "owned": []}))
    assert main(["adopt", "request.json", "out"]) == 0
    answer = json.loads(Path("out/answer.json").read_text())
    (target,) = answer["targets"]
    assert answer["projects"] == []
    assert (target["directory"], target["files"]) == ("p", ["p/crossplane.yaml"])


def test_findings_of_several_packages_become_one_file_for_each_format() -> None:
    Path("bad.yaml").write_bytes(META + b"---\na: 1\n")
    Path("worse.yaml").write_bytes(b"a: [\n")
    packages = [entry("bad", "bad.yaml"), entry("worse", "worse.yaml")]
    Path("request.json").write_text(json.dumps({"packages": packages}))
    main(["build", "request.json", "out"])
    asked = {
        "reports": ["out/0/report.json", "out/1/report.json"],
        "formats": ["github", "json", "sarif", "text"],
    }
    Path("reports.json").write_text(json.dumps(asked))
    assert main(["report", "reports.json", "reports"]) == 0
    found = json.loads(Path("reports/findings.json").read_text())["findings"]
    assert {finding["path"] for finding in found} == {"bad.yaml", "worse.yaml"}
    (log,) = json.loads(Path("reports/findings.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in log["results"]] == [f["code"] for f in found]
    commands = Path("reports/annotations.txt").read_text().splitlines()
    assert [line.startswith("::error ") for line in commands] == [*(True for _ in found), False]
    assert "XP201" in Path("reports/findings.txt").read_text()


def test_examples_that_were_asked_for_must_match() -> None:
    Path("good.yaml").write_bytes(META)
    request = {"packages": [{**entry("good", "good.yaml"), "examplesExpected": True}]}
    Path("request.json").write_text(json.dumps(request))
    assert main(["build", "request.json", "out"]) == 0
    (finding,) = json.loads(Path("out/0/report.json").read_text())["findings"]
    assert finding["code"] == "XP011" and "examples" in finding["message"]


def test_an_unknown_command_is_named() -> None:
    with pytest.raises(SystemExit, match="no command 'x'"):
        main(["x", "request.json"])
