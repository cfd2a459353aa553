"""The commands that the Pants backend runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xpkg_tool.__main__ import main

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: provider-a}\n"


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
    (target,) = json.loads(Path("out/targets.json").read_text())
    assert (target["directory"], target["files"]) == ("p", ["p/crossplane.yaml"])


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
