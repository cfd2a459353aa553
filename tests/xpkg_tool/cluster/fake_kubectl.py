"""A `kubectl` that records its calls and plays the answers that a test wrote for it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

from xpkg_tool.cluster.wait import Clock

# Answers are by subcommand, in their order; the last one is given again and again.
_PROGRAM = """\
#!{python} -I
import json, sys, subprocess, time
from pathlib import Path
folder = Path({folder!r})
arguments = [a for a in sys.argv[1:] if not a.startswith("--context")]
call = {{"arguments": sys.argv[1:], "input": sys.stdin.read()}}
with (folder / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(call) + "\\n")
answers = json.loads((folder / "answers.json").read_text())
left = answers.get(arguments[0], [{{}}])
if len(left) > 1:
    answers[arguments[0]] = left[1:]
    (folder / "answers.json").write_text(json.dumps(answers))
answer = left[0]
if answer.get("hangs"):
    # As a plugin does, another process has the pipes open.
    subprocess.Popen(["sleep", "20"])
    time.sleep(20)
sys.stdout.write(answer.get("stdout", ""))
sys.stderr.write(answer.get("stderr", ""))
sys.exit(answer.get("exit", 0))
"""


@dataclass
class FakeKubectl:
    """In `folder`, which is to stand first on PATH."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> FakeKubectl:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "kubectl"
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        made = cls(folder)
        made.answer()
        return made

    @property
    def program(self) -> str:
        return str(self.folder / "kubectl")

    def answer(self, **answers: Sequence[dict[str, Any]]) -> None:
        """The answers to each subcommand: `stdout`, `stderr` and `exit`, or `hangs`."""
        (self.folder / "answers.json").write_text(json.dumps(answers))

    @property
    def calls(self) -> list[dict[str, Any]]:
        path = self.folder / "calls.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def condition(of: str, status: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"type": of, "status": status, "reason": f"{of}Reason", "message": message, **more}


READY = (condition("Installed", "True"), condition("Healthy", "True"))


def installed_object(
    kind: str,
    name: str,
    *conditions: dict[str, Any],
    package: str = "r.example.org/a:v1",
    **status: Any,
) -> dict[str, Any]:
    """An object as the API has it."""
    return {
        "apiVersion": "pkg.crossplane.io/v1",
        "kind": kind,
        "metadata": {"name": name, "generation": 1},
        "spec": {"package": package},
        "status": {"conditions": list(conditions), "currentIdentifier": package, **status},
    }


def listed(*objects: dict[str, Any]) -> dict[str, Any]:
    """What `kubectl get` prints."""
    return {"stdout": json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})}


def quick_clock() -> Clock:
    """Of which the time only goes on while somebody sleeps."""
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    return Clock(now=lambda: passed[0], sleep=sleep)
