"""The interpreter of the tool, found without one of Pants' processes."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from pants.backend.python.util_rules.interpreter_constraints import InterpreterConstraints
from pants.backend.python.util_rules.pex_environment import PythonExecutable
from pants.core.subsystems import python_bootstrap
from pants.engine.rules import rule
from pants.testutil.rule_runner import QueryRule, RuleRunner

from xpkg import subsystem
from xpkg.pants_versions import MINORS
from xpkg.tool import interpreter
from xpkg.tool.interpreter import Candidate, Interpreter, described, first_candidate

REAL = os.path.realpath(sys.executable)
MINOR = sys.version_info.minor


def write(path: Path, text: str = "\x7fELF", mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_oldest_version_comes_first_then_the_first_folder(tmp_path: Path) -> None:
    newer = write(tmp_path / "a" / "python3.11")
    second = write(tmp_path / "b" / "python3.10")
    write(tmp_path / "c" / "python3.10")
    write(tmp_path / "a" / "python3.8")
    write(tmp_path / "a" / "python3")
    paths = [str(tmp_path / name) for name in ("a", "missing", "b", "c")]
    found = first_candidate(paths)
    assert found is not None
    assert (found.path, found.minor) == (str(second), 10)
    # A file may be named itself.
    named = first_candidate([str(newer)])
    assert named is not None and named.path == str(newer)


def test_what_is_no_interpreter_for_certain_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "python3.9", "#!/bin/sh\nexec something\n")
    write(tmp_path / "python3.10", mode=0o644)
    (tmp_path / "python3.11").mkdir()
    (tmp_path / "python3.12").symlink_to("nowhere")
    assert first_candidate([str(tmp_path), "relative", ""]) is None


def test_another_file_has_another_identity(tmp_path: Path) -> None:
    file = write(tmp_path / "python3.9")
    link = tmp_path / "bin" / "python3.9"
    link.parent.mkdir()
    link.symlink_to(file)
    before = first_candidate([str(link.parent)])
    assert before is not None and before.path == str(file)
    write(file, "\x7fELF and more")
    after = first_candidate([str(link.parent)])
    assert after is not None and after.identity != before.identity


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        (b"cpython 3 9 abc /usr/bin/python3.9\n", True),
        (b"cpython 3 9 abc /with a space/python3.9\n", True),
        (b"pypy 3 9 abc /usr/bin/pypy3.9\n", False),
        (b"cpython 3 10 abc /usr/bin/python3.10\n", False),
        (b"cpython 3 9 abc python3.9\n", False),
        (b"\xff", False),
        (b"", False),
    ],
)
def test_it_must_be_what_its_name_says(answer: bytes, accepted: bool) -> None:
    python = described(answer, Candidate("/usr/bin/python3.9", 9, ""))
    assert (python is not None) == accepted


@rule(canonical_name="pants.backend.python.util_rules.pex.find_interpreter")
async def pants_finds(_: InterpreterConstraints) -> PythonExecutable:
    return PythonExecutable("/found/by/pants")


def found_in(*paths: Path | str, args: tuple[str, ...] = ()) -> tuple[str, dict[str, int]]:
    """The interpreter that is found, in a new session, and what the engine counted."""
    rules = [*interpreter.rules(), *subsystem.rules(), *python_bootstrap.rules(), pants_finds.rule]
    runner = RuleRunner(rules=[*rules, QueryRule(Interpreter, [])], preserve_tmpdirs=False)
    option = f"--python-bootstrap-search-path={[str(path) for path in paths]!r}"
    runner.set_options([option, *args], env_inherit={"PATH", "HOME"})
    made: Interpreter = runner.request(Interpreter, [])
    return made.python.path, runner.scheduler.get_metrics()


def test_no_process_runs_a_second_time(tmp_path: Path) -> None:
    """The result is in the store, by the file's identity."""
    assert MINOR in MINORS
    (tmp_path / f"python3.{MINOR}").symlink_to(REAL)
    assert found_in(tmp_path)[0] == REAL
    path, metrics = found_in(tmp_path)
    assert path == REAL
    assert (metrics["local_cache_requests_cached"], metrics.get("local_execution_requests", 0)) == (
        1,
        0,
    )


def test_where_a_candidate_is_another_program_pants_looks_itself(tmp_path: Path) -> None:
    false = shutil.which("false")
    assert false is not None
    shutil.copy(false, tmp_path / "python3.9")
    assert found_in(tmp_path)[0] == "/found/by/pants"


def test_without_a_candidate_pants_looks_itself(tmp_path: Path) -> None:
    assert found_in(tmp_path)[0] == "/found/by/pants"
