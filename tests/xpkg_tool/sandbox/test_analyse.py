"""The command that reads files, of which `build` then makes the same package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.sandbox.asking import build, package, tell
from tests.xpkg_tool.small_packages import CLUSTER_CRD
from xpkg_tool.lint.analysis import analyse_source
from xpkg_tool.messages.build import AnalyseRequest
from xpkg_tool.messages.files import ANALYSES, ARCHIVE, DESCRIPTION, FINDINGS
from xpkg_tool.package.file import FileAnalysis
from xpkg_tool.sandbox.analyse import analyse_files

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: function-a}\n"
EXAMPLE = b"apiVersion: example.org/v1\nkind: Widget\nmetadata: {name: a}\n"


@pytest.fixture(autouse=True)
def _in_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_bytes(META)
    Path("b.yaml").write_bytes(b"a: 1\n")
    Path("e.yaml").write_bytes(EXAMPLE)


def test_a_package_of_analyses_is_that_of_its_files() -> None:
    tell(AnalyseRequest((), ("e.yaml",)), "out0")
    tell(AnalyseRequest(("a.yaml",), ()), "out1")
    whole = package("p", ["a.yaml"], examples=("e.yaml",))
    read = whole._replace(analyses=("out0", "out1"))
    (other,) = build(whole).packages
    Path("out").rename("whole")
    for file in ("a.yaml", "e.yaml"):
        Path(file).unlink()
    (one,) = build(read).packages
    assert one == other and one.built, one.text
    for name in (FINDINGS, ARCHIVE, DESCRIPTION):
        assert Path("out/0", name).read_bytes() == Path("whole/0", name).read_bytes()


def test_what_was_parsed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    tell(AnalyseRequest(("a.yaml",), ("e.yaml",)))
    assert json.loads(capsys.readouterr().out) == {
        "parsed": len(META) + len(EXAMPLE),
        "packed": 0,
    }


def test_a_file_that_breaks_the_tool_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def analyse_or_fail(path: str, data: bytes) -> FileAnalysis:
        if path == "a.yaml":
            raise RecursionError
        return analyse_source(path, data)

    monkeypatch.setattr("xpkg_tool.sandbox.analyse.analyse_source", analyse_or_fail)
    tell(AnalyseRequest(("a.yaml", "b.yaml"), ()))
    one, other = json.loads(Path("out", ANALYSES).read_text())["sources"]
    assert [(f["code"], f["path"]) for f in one["findings"]] == [("XP000", "a.yaml")]
    assert not one["whole"]
    assert [f["code"] for f in other["findings"]] == ["XP201"]


def test_a_module_that_somebody_removed_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are imported by the first file that needs them."""
    monkeypatch.delattr("xpkg_tool.lint.schemas.expressions", raising=False)
    modules: dict[str, Any] = sys.modules
    monkeypatch.setitem(modules, "xpkg_tool.lint.schemas.expressions", None)
    rules = """\
          x-kubernetes-validations:
            - rule: "true"
"""
    Path("crd.yaml").write_text(CLUSTER_CRD + rules)
    with pytest.raises(SystemExit, match=r"A part of the tool cannot be loaded: .*expressions"):
        analyse_files(AnalyseRequest(("crd.yaml",), ()), Path("out"))
