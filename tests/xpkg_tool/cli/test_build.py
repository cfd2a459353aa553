"""`xpkg build`: the files that it writes, whole or not at all."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import ENVIRONMENT, packages, run, write
from xpkg_tool.cli.main import main


def test_build_names_the_file_as_upstream(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p"]) == 0
    description = json.loads(next(Path("p").glob("*.json")).read_bytes())
    path = f"p/{description['friendlyId']}.xpkg"
    assert capsys.readouterr().out == f"Wrote {path}\n  {description['digest']}\n"
    assert packages() == [path, f"{path}.json"]
    assert description["friendlyId"].startswith("provider-a-")
    assert [o["file"] for o in description["examples"]] == ["examples/a.yaml"]
    assert main(["build", "p", "--name", "Other.name"]) == 0
    assert f"p/thername-{description['digest'][7:19]}.xpkg" not in packages()
    assert f"p/ther-name-{description['digest'][7:19]}.xpkg" in packages()


def test_build_twice_is_the_same_and_lies_beside_the_sources() -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    assert main(["build", "./p/", "-o", "b.xpkg"]) == 0
    assert Path("a.xpkg").read_bytes() == Path("b.xpkg").read_bytes()
    assert Path("a.xpkg.json").read_bytes() == Path("b.xpkg.json").read_bytes()


def test_build_writes_nothing_for_a_package_with_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("p/y.yaml", "a: 1\n")
    assert main(["build", "p"]) == 1
    out, err = capsys.readouterr()
    assert not out and "p/y.yaml:1:1: error XP201" in err and packages() == []


def test_a_folder_that_is_read_only() -> None:
    """Root may write everywhere, so the file system has to refuse: /proc is one that does."""
    code, output, errors = run("build", "p", "-o", "/proc/self/x.xpkg")
    assert code == 2 and not output and packages() == []
    assert errors.startswith("error: /proc/self/x.xpkg: The package cannot be written: ")


def _limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_disk_that_is_full() -> None:
    Path("a.xpkg").write_bytes(b"old")
    code, output, errors = run("build", "p", "-o", "a.xpkg", preexec_fn=_limited)
    assert code == 2 and not output and "cannot be written: File too large." in errors
    assert Path("a.xpkg").read_bytes() == b"old"
    assert packages() == ["a.xpkg"]
    assert main(["build", "p", "-o", "a.xpkg"]) == 0


# Kills the process as it does the n-th of the calls that change the disk.
_KILLED = """
import os, signal, sys
count = int(sys.argv[1])
def killing(call):
    def wrapped(*args, **kwargs):
        global count
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        count -= 1
        return call(*args, **kwargs)
    return wrapped
for name in ("fsync", "rename", "replace", "unlink"):
    setattr(os, name, killing(getattr(os, name)))
from xpkg_tool.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def test_killed_at_any_step_no_file_is_partial() -> None:
    assert main(["build", "p", "-o", "new.xpkg"]) == 0
    new = Path("new.xpkg").read_bytes()
    for step in range(20):
        Path("a.xpkg").write_bytes(b"old")
        arguments = [str(step), "build", "p", "-o", "a.xpkg"]
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, *arguments],
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        assert Path("a.xpkg").read_bytes() in (b"old", new)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        assert not [p for p in packages() if p.endswith(".xpkg") and p[0] == "."]
    assert 6 <= step < 19 and Path("a.xpkg").read_bytes() == new
