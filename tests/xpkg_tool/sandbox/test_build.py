"""The command that lints and builds packages."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.sandbox.asking import build, findings, package, tell
from xpkg_tool.building import build as building
from xpkg_tool.building.build import BuildResult, PackageRequest
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.documents import block_style, exact, quick
from xpkg_tool.messages.build import (
    AnalyseRequest,
    BuildAnswer,
    BuildRequest,
    LeftOut,
    OwnPin,
    PackageReport,
    Pinning,
)
from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.report import FailOn

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: provider-a}\n"


@pytest.fixture(autouse=True)
def _in_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def codes(number: int) -> list[str]:
    return [finding["code"] for finding in findings(number)]


def test_a_bad_package_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = building.build

    def failing(request: PackageRequest) -> BuildResult:
        if request.name == "odd":
            raise ValueError("canary")
        return whole(request)

    monkeypatch.setattr(building, "build", failing)
    Path("good.yaml").write_bytes(META)
    Path("odd.yaml").write_bytes(META)
    Path("bad.yaml").write_bytes(b"a: 1\n")
    good, bad, odd = build(*(package(n, [f"{n}.yaml"]) for n in ("good", "bad", "odd"))).packages
    assert good.built and good.built.digest.startswith("sha256:") and good.text == ""
    assert codes(0) == []
    assert bad.built is None and "XP201" in bad.text
    assert codes(1) == ["XP101", "XP201"]
    assert odd.built is None and codes(2) == ["XP000"]
    assert sorted(p.name for p in Path("out/0").iterdir()) == [
        "findings.json",
        "package.xpkg",
        "package.xpkg.json",
    ]
    assert [p.name for p in Path("out/1").iterdir()] == ["findings.json"]


def test_a_file_that_somebody_removed_is_no_answer() -> None:
    """It would be cached, on all machines: the process fails instead."""
    with pytest.raises(SystemExit, match=r"gone\.yaml cannot be read: No such file") as caught:
        build(package("gone", ["gone.yaml"]))
    assert "local_execution_root_dir" in str(caught.value)


def test_a_module_that_somebody_removed_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are imported by the first package that needs them."""
    modules: dict[str, Any] = sys.modules
    monkeypatch.setitem(modules, "xpkg_tool.discovery.left_out", None)
    Path("good.yaml").write_bytes(META)
    hidden = LeftOut("hidden-folder", ".h", False, file=".h/a.yaml")
    with pytest.raises(SystemExit, match=r"A part of the tool cannot be loaded: .*left_out"):
        build(package("good", ["good.yaml"], left_out=(hidden,)))


def test_a_package_over_a_limit_leaves_its_neighbours_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (block_style, exact, quick):
        monkeypatch.setattr(module, "MAX_NODES", 1_000)
    Path("good.yaml").write_bytes(META)
    Path("large.yaml").write_bytes(META + b"spec:\n" + b"  - a\n" * 2_000)
    Path("wrong.yaml").write_bytes(META + b"labels:\n" + b"  - a\n" * 10)
    names = ("good", "large", "wrong", "good")
    reports = build(*(package(name, [f"{name}.yaml"]) for name in names)).packages
    assert reports[0] == reports[3] and reports[0].built
    assert codes(1) == ["XP007"]
    assert codes(2) == ["XP110"]
    # Read on its own, in whatever process, a file has the same limit.
    tell(AnalyseRequest(("large.yaml",), ()), "read")
    assert b'"XP007"' in Path("read/analyses.json").read_bytes()


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
    request = BuildRequest((package("good", ["good.yaml"]),))
    Path("request.json").write_bytes(encode(request))
    script = f"{_SCRIPT}def build(request):\n    {what}\n"
    script += "xpkg_tool.building.build.build = build\n"
    script += "sys.exit(main(['build', 'request.json', 'out']))"
    done = subprocess.run(
        [sys.executable, "-c", script, ":".join(sys.path)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, said)
    assert not Path("out").exists()


def test_examples_that_were_asked_for_must_match() -> None:
    Path("good.yaml").write_bytes(META)
    (report,) = build(package("good", ["good.yaml"], examples_expected=True)).packages
    (finding,) = findings(0)
    assert finding["code"] == "XP011" and "examples" in finding["message"]
    assert finding["severity"] == "warning" and report.built


@pytest.mark.parametrize("fail_on", FailOn)
def test_warnings_fail_where_that_is_asked_for(fail_on: FailOn) -> None:
    Path("odd.yaml").write_bytes(META.replace(b"provider-a", b"Provider_A"))
    Path("good.yaml").write_bytes(META)
    packages = (package(name, [f"{name}.yaml"]) for name in ("odd", "good"))
    odd, good = build(*packages, fail_on=fail_on).packages
    assert (odd.built is None) == ("`fail_on`" in odd.text) == (fail_on is FailOn.WARNING)
    assert good.built and good.text == ""


def test_what_pants_left_out_is_said() -> None:
    """All files are in the folder of the package, those that are not read as well."""
    Path("files/link").mkdir(parents=True)
    Path("files/good.yaml").write_bytes(META)
    Path("files/link/a.yaml").write_bytes(META)
    Path("files/link/values.yaml").write_bytes(b"a: 1\n")
    Path("files/a.YAML").write_bytes(META)
    left_out: list[dict[str, Any]] = [
        {"reason": "linked-folder", "path": "link", "files": ("link/values.yaml", "link/a.yaml")},
        {"reason": "linked-folder", "path": "other", "files": ("link/values.yaml",)},
        {"reason": "dangling-link", "path": "d.yaml", "target": "x", "error": "No such file"},
        {"reason": "outside-link", "path": "o.yaml", "target": "../o.yaml"},
        {"reason": "ending-case", "path": "a.YAML"},
        {"reason": "hidden-folder", "path": ".h", "file": ".h/a.yaml"},
        {"reason": "not-a-file", "path": "f.yaml", "noun": "a FIFO"},
        {"reason": "file-name", "path": "\udcff.yaml"},
    ]
    build(
        *(
            package(
                "good",
                ["good.yaml"],
                left_out=tuple(LeftOut(example=example, **one) for one in left_out),
                folder="files",
            )
            for example in (False, True)
        )
    )
    said = [{f["path"]: f"{f['severity']} {f['code']}" for f in findings(n)} for n in range(2)]
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


def test_the_answer_has_one_report_for_each_package() -> None:
    assert build() == BuildAnswer(())
    Path("good.yaml").write_bytes(META)
    (report,) = build(package("good", ["good.yaml"])).packages
    assert isinstance(report, PackageReport)


PINNED = META.replace(b"kind: Function", b"kind: Configuration") + (
    b"spec:\n  dependsOn:\n"
    b"  - {function: registry.example.org/aa, version: v1.0.0}\n"
    b"  - {function: registry.example.org/bb, version: v1.0.0}\n"
)


def pinned(lock: bytes | None) -> PackageReport:
    Path("crossplane.yaml").write_bytes(PINNED)
    if lock is not None:
        Path("xpkg.lock").write_bytes(lock)
    own = OwnPin(0, f"sha256:{1:064x}", "packages/own")
    pinning = Pinning((own,), "xpkg.lock", "pants generate-lockfiles --resolve=xpkg")
    return build(package("p", ["crossplane.yaml"])._replace(pinning=pinning)).packages[0]


def test_digests_come_from_the_request_and_from_the_lock() -> None:
    locked = LockedPackage(
        "registry.example.org/bb", "v1.0.0", f"sha256:{2:064x}", "Function", "bb"
    )
    assert pinned(write_lock(Lock((locked,)))).text == ""
    description = json.loads(Path("out/0/package.xpkg.json").read_bytes())
    constraints = [one["constraint"] for one in description["meta"]["dependencies"]]
    assert constraints == [f"sha256:{1:064x}", f"sha256:{2:064x}"]


def test_without_a_lock_its_packages_cannot_be_pinned() -> None:
    report = pinned(None)
    assert report.built is None and codes(0) == ["XP132"]
    assert "xpkg.lock does not have it" in report.text
    assert "`pants generate-lockfiles --resolve=xpkg`" in report.text


def test_a_lock_that_cannot_be_read_pins_nothing() -> None:
    assert pinned(b"{").built is None and codes(0) == ["XP150"]
