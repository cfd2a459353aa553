"""build-support/rules.py: what it writes is up to date, and it says what it cannot write."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

PROGRAM = Path(__file__).resolve().parents[1] / "build-support" / "rules.py"

MODULE = """
from xpkg_tool.diagnostics.rule import Rule

FIRST = Rule("XP001", "first", "One.", WARNING, fatal=True, also=ERROR)
SECOND = Rule(
    "XP002", "second", "A | B."
)


@checks(types.CRD, types.XRD_V1)
def check_it(subject):
    return Rule("XP003", "not-declared", "No constant of the module.")
"""


def test_what_is_known_of_all_rules_is_up_to_date() -> None:
    """After a change of rules: `python build-support/rules.py`."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--check"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The program, for a small project with two rules."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    spec = util.spec_from_file_location("rules_program", PROGRAM)
    assert spec is not None and spec.loader is not None
    program = util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "rules_program", program)
    spec.loader.exec_module(program)
    tool, docs = tmp_path / "pants-plugins" / "xpkg_tool", tmp_path / "docs"
    catalogue = tool / "diagnostics" / "catalogue_rows.py"
    for name, value in (("ROOT", tmp_path), ("TOOL", tool), ("DOCS", docs)):
        monkeypatch.setattr(program, name, value)
    monkeypatch.setattr(program, "_CATALOGUE_FILE", catalogue)
    files = {
        catalogue: "",
        tool / "lint" / "index.py": "",
        tool / "lint" / "one.py": MODULE,
        tool
        / "lint"
        / "XP001.md": "First; see [the other](XP002.md) and [x](../../../docs/x.md#y).\n",
        tool / "lint" / "XP002.md": "Second.\n\n<!-- wrong: a -->\n```\n[kept](XP001.md)\n```\n",
        docs / "lint-rules" / "all.md": "# All\n\nBy hand.\n\n<!-- rules: XP0 -->\nold\n",
        docs / "publishing-errors.md": "# None\n\n<!-- rules: publish- -->\n",
        docs / "lint-rules.md": "# Rules\n\n<!-- index -->\nold\n",
        docs / "x.md": "## y\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return program


def test_what_is_written(rules: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.main(["--check"]) == 1
    assert "docs/lint-rules.md is not what" in capsys.readouterr().out
    assert rules.main([]) == 0
    assert rules.main(["--check"]) == 0
    page = (rules.DOCS / "lint-rules" / "all.md").read_text()
    assert page.startswith(
        "# All\n\nBy hand.\n\n<!-- rules: XP0 -->\n\n## XP001\n\nSeverity: warning. "
    )
    assert "[the other](#xp002) and [x](../x.md#y)" in page
    assert page.endswith("\n## XP002\n\nSeverity: error. Second.\n\n```\n[kept](XP001.md)\n```\n")
    index = (rules.DOCS / "lint-rules.md").read_text()
    row = '| <a id="xp002"></a>[XP002](lint-rules/all.md#xp002) | error | second | A \\| B. |\n'
    assert index.endswith(row) and "old" not in index
    catalogue = rules._CATALOGUE_FILE.read_text()
    assert 'Rule("XP001", "first", "One.", WARNING, fatal=True, also=ERROR),' in catalogue
    assert "XP003" not in catalogue
    checks = (rules.TOOL / "lint" / "index.py").read_text()
    assert "    from xpkg_tool.lint.one import check_it\n" in checks
    assert checks.count("(_check_it,),") == 2


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("xpkg_tool/lint/XP001.md", None, "xpkg_tool/lint/XP001.md is missing"),
        ("xpkg_tool/XP001.md", "", "xpkg_tool/XP001.md is the page of no rule"),
        ("xpkg_tool/lint/two.py", 'A = Rule("XP001", "a", "B.")\n', "same code"),
        ("xpkg_tool/lint/XP001.md", "[a](b.md)\n", "b.md leads nowhere"),
        ("../docs/lint-rules/all.md", "# All\n", "no line"),
        ("../docs/lint-rules/all.md", "# All\n<!-- rules: XP001 -->\n", "XP002 is on 0 pages"),
    ],
)
def test_what_cannot_be_written(
    rules: ModuleType, file: str, text: str | None, message: str
) -> None:
    path = rules.TOOL.parent / file
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(SystemExit, match=message):
        rules.main([])
