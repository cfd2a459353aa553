"""How a command ends that could not do its work: by a signal, a library that is missing, a bug."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from tests.xpkg_tool.cli.command_runs import ENVIRONMENT
from xpkg_tool.cli.main import main

# Where the interpreter is held for hours: no handler of Python's own would have its turn.
_ENDLESS = """
import os, re, signal, sys
# A shell starts what runs in the background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
def wait(*_, **__):
    open("reached", "w").close()
    re.match("(a|a)*b", "a" * 100)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        ("xpkg_tool.building.build", "read", "lint p"),
        ("xpkg_tool.building.build", "build", "build p"),
        ("xpkg_tool.inspection.verify", "verify", "verify p"),
        ("xpkg_tool.inspection.describe", "inspect", "inspect p"),
        ("xpkg_tool.sandbox.build", "build_packages", "build a b"),
    ],
)
def test_a_signal_ends_it_at_once_and_leaves_nothing(
    module: str, function: str, arguments: str, sent: signal.Signals
) -> None:
    before = sorted(Path().rglob("*"))
    program = "__main__" if module == "xpkg_tool.sandbox.build" else "cli.main"
    script = f"{_ENDLESS}import {module}\n{module}.{function} = wait\n"
    script += f"from xpkg_tool.{program} import main\nsys.exit(main({arguments.split()!r}))"
    os.mkfifo("reached")
    Path("a").write_text('{"packages": []}')
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
    )
    try:
        Path("reached").read_text()
        process.send_signal(sent)
        _, errors = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, errors) == (-sent, b"")
    Path("reached").unlink()
    Path("a").unlink()
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("library", ["oryaml", "deflate"])
def test_a_library_that_is_missing_is_named(library: str) -> None:
    script = f"import sys; sys.modules[{library!r}] = None\n"
    script += "from xpkg_tool.cli.main import main; sys.exit(main(['build', 'p']))"
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"needs the library {library}" in done.stderr and "pants-xpkg[tool]" in done.stderr


def _raising(error: BaseException) -> Callable[..., None]:
    def raising(*_: object) -> None:
        raise error

    return raising


@pytest.mark.parametrize("error", [ValueError("odd\x1b"), RecursionError(), MemoryError()])
def test_a_bug_is_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xpkg_tool.cli import lint

    monkeypatch.setattr(lint, "read", _raising(error))
    assert main(["lint", "p"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error XP000: The tool itself failed: {type(error).__name__}")
    assert "\x1b" not in err
