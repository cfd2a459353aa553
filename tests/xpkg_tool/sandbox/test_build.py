"""The commands that the Pants backend runs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xpkg_tool.__main__ import main
from xpkg_tool.documents import exact, quick

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


def test_a_package_over_a_limit_leaves_its_neighbours_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (exact, quick):
        monkeypatch.setattr(module, "MAX_NODES", 1_000)
    Path("good.yaml").write_bytes(META)
    Path("large.yaml").write_bytes(META + b"spec:\n" + b"  - a\n" * 2_000)
    Path("wrong.yaml").write_bytes(META + b"labels:\n" + b"  - a\n" * 10)
    names = ("good", "large", "wrong", "good")
    packages = [entry(name, f"{name}.yaml") for name in names]
    Path("request.json").write_text(json.dumps({"packages": packages}))
    assert main(["build", "request.json", "out"]) == 0
    reports = [json.loads(Path(f"out/{i}/report.json").read_text()) for i in range(4)]
    assert reports[0] == reports[3] and reports[0]["digest"]
    assert [f["code"] for f in reports[1]["findings"]] == ["XP007"]
    assert [f["code"] for f in reports[2]["findings"]] == ["XP110"]
    # Read on its own, in whatever process, a file has the same limit.
    Path("request.json").write_text(json.dumps({"sources": ["large.yaml"], "examples": []}))
    assert main(["analyse", "request.json", "read"]) == 0
    (file,) = json.loads(Path("read/analyses.json").read_text())["sources"]
    assert [f["code"] for f in file["findings"]] == ["XP007"]


_SCRIPT = """
import sys
sys.path[:0] = sys.argv[1].split(":")
import xpkg_tool.building.build, xpkg_tool.process.ending
from xpkg_tool.__main__ import main
xpkg_tool.process.ending.LAST_RESORT = 0.2
"""


@pytest.mark.parametrize(
    ("what", "status", "said"),
    [
        ("while True: pass", -signal.SIGPROF, b""),
        ("raise MemoryError", 1, b"error: This machine does not have enough memory for good.\n"),
    ],
)
def test_what_the_machine_decides_is_no_answer(what: str, status: int, said: bytes) -> None:
    """An answer would be kept, for machines that are faster or have more memory."""
    Path("good.yaml").write_bytes(META)
    Path("request.json").write_text(json.dumps({"packages": [entry("good", "good.yaml")]}))
    script = f"{_SCRIPT}def build(request):\n    {what}\n"
    script += "xpkg_tool.building.build.build = build\n"
    script += "sys.exit(main(['build', 'request.json', 'out']))"
    done = subprocess.run(
        [sys.executable, "-c", script, ":".join(sys.path)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, said)
    assert not Path("out").exists()


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
    report = json.loads(Path("out/0/report.json").read_text())
    (finding,) = report["findings"]
    assert finding["code"] == "XP011" and "examples" in finding["message"]
    assert finding["severity"] == "warning" and report["digest"]


def test_warnings_fail_where_that_is_asked_for() -> None:
    Path("odd.yaml").write_bytes(META.replace(b"provider-a", b"Provider_A"))
    Path("good.yaml").write_bytes(META)
    packages = [entry("odd", "odd.yaml"), entry("good", "good.yaml")]
    for fail_on, built in (("warning", [False, True]), ("error", [True, True])):
        Path("request.json").write_text(json.dumps({"packages": packages, "failOn": fail_on}))
        assert main(["build", "request.json", fail_on]) == 0
        reports = [json.loads(Path(fail_on, f"{i}/report.json").read_text()) for i in range(2)]
        assert [report["digest"] is not None for report in reports] == built
        assert ("`fail_on`" in reports[0]["text"]) == (fail_on == "warning")
        assert reports[1]["text"] == ""


def test_what_pants_left_out_is_said() -> None:
    Path("good.yaml").write_bytes(META)
    Path("link").mkdir()
    Path("link/a.yaml").write_bytes(META)
    Path("link/values.yaml").write_bytes(b"a: 1\n")
    Path("a.YAML").write_bytes(META)
    left_out: list[dict[str, object]] = [
        {"reason": "linked-folder", "path": "link", "files": ["link/values.yaml", "link/a.yaml"]},
        {"reason": "linked-folder", "path": "other", "files": ["link/values.yaml"]},
        {"reason": "dangling-link", "path": "d.yaml", "target": "x", "error": "No such file"},
        {"reason": "outside-link", "path": "o.yaml", "target": "../o.yaml"},
        {"reason": "ending-case", "path": "a.YAML"},
        {"reason": "hidden-folder", "path": ".h", "file": ".h/a.yaml"},
        {"reason": "not-a-file", "path": "f.yaml", "noun": "a FIFO"},
        {"reason": "file-name", "path": "\udcff.yaml"},
    ]
    packages = [
        {**entry("good", "good.yaml"), "leftOut": [{**one, "example": example} for one in left_out]}
        for example in (False, True)
    ]
    Path("request.json").write_text(json.dumps({"packages": packages}))
    assert main(["build", "request.json", "out"]) == 0
    found = [json.loads(Path(f"out/{i}/report.json").read_bytes())["findings"] for i in range(2)]
    said = [{f["path"]: f"{f['severity']} {f['code']}" for f in findings} for findings in found]
    assert said[0] == {
        "link": "error XP012",
        "other": "warning XP012",
        "d.yaml": "error XP013",
        "o.yaml": "warning XP014",
        "a.YAML": "error XP015",
        ".h": "warning XP019",
        "f.yaml": "error XP016",
        "\udcff.yaml": "error XP018",
    }
    errors = {path for path, text in said[1].items() if text.startswith("error")}
    assert errors == {"f.yaml"} and set(said[1]) == set(said[0])


def test_an_unknown_command_is_named() -> None:
    with pytest.raises(SystemExit, match="no command 'x'"):
        main(["x", "request.json"])
