""".pre-commit-hooks.yaml: what pre-commit runs in other repositories.

pre-commit clones the project, makes an environment of its own, installs there `.` and the
additional dependencies (tests/integration/test_wheel.py installs them), and runs the entry with the
names of the changed files.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from xpkg_tool.cli.main import main

HOOKS = Path(__file__).resolve().parents[1] / ".pre-commit-hooks.yaml"
META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: provider-a}\n"


def test_the_hook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (hook,) = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert hook["language"] == "python"
    # The wheel requires nothing, so the entry needs the extra.
    assert hook["additional_dependencies"] == [".[tool]"]
    assert hook["require_serial"] is True
    program, *arguments = shlex.split(hook["entry"])
    assert program == "xpkg"

    monkeypatch.chdir(tmp_path)
    files = {
        "packages/a/crossplane.yaml": META,
        "packages/b/crossplane.yaml": META,
        "packages/b/apis/values.yml": "a: 1\n",
        ".github/ci.yaml": "on: push\n",
        "README.md": "",
    }
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)
    matching = [path for path in files if re.search(hook["files"], path)]
    assert len(matching) == 4
    assert main([*arguments, "packages/a/crossplane.yaml", ".github/ci.yaml"]) == 0
    capsys.readouterr()
    assert main([*arguments, *matching]) == 1
    out = capsys.readouterr().out
    assert "packages/b/apis/values.yml:1:1: error XP201" in out and "packages/a/" not in out
