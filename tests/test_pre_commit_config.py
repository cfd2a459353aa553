""".pre-commit-config.yaml: before a commit runs what CI runs, word for word."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CI = " ".join((ROOT / ".ci" / "run").read_text("utf-8").replace("\\\n", " ").split())
HOOKS: list[dict[str, Any]] = [
    hook
    for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    for hook in repo["hooks"]
]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs_what_ci_runs(hook: dict[str, Any]) -> None:
    shell, program, *command = shlex.split(hook["entry"])
    assert (shell, program, hook["language"]) == ("bash", ".ci/dev", "system")
    assert not hook["pass_filenames"]
    if hook["id"] == "generated-docs":
        assert all((ROOT / path).is_file() for path in command if path.endswith(".py"))
    else:
        assert " ".join(command) in CI
