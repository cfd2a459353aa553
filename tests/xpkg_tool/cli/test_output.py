"""What is written to standard output and standard error, and what happens where that fails."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys

import pytest

from tests.xpkg_tool.cli.command_runs import ENVIRONMENT, run, start, write
from xpkg_tool.cli.main import main


def test_findings_link_to_their_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("p/a.yaml", "a: 1\n")
    monkeypatch.delenv("XPKG_DOCS_URL", raising=False)
    assert main(["lint", "p"]) == 1
    assert "\n  docs: xpkg rule XP201 (docs/lint-rules.md#xp201)\n" in capsys.readouterr().out
    url = "https://git.example.org/docs/lint-rules.md"
    assert main(["lint", "p", "--docs-url", url]) == 1
    assert f"\n  docs: {url}#xp201\n" in capsys.readouterr().out
    monkeypatch.setenv("XPKG_DOCS_URL", url)
    assert main(["lint", "p", "--format", "sarif"]) == 1
    assert f'"helpUri": "{url}#xp201"' in capsys.readouterr().out
    assert main(["build", "p"]) == 1
    assert f"\n  docs: {url}#xp201\n" in capsys.readouterr().err
    assert main(["lint", "p", "--docs-url", "file:///docs/lint-rules.md"]) == 1
    assert "\n  docs: file:///docs/lint-rules.md#xp201\n" in capsys.readouterr().out


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    write("p/a.yaml", "a: 1\n")
    plain = dict.fromkeys(("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"), "")
    environment = {**plain, "TERM": "xterm"}
    for options, extra, colours in (
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--format", "json"], {"FORCE_COLOR": "1"}, False),
    ):
        code, output, _ = run("lint", "p", *options, env={**environment, **extra})
        assert code == 1 and ("\x1b[" in output) == colours, (options, extra)
    for extra, colours in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        assert ("\x1b[" in on_a_terminal("lint", "p", env={**environment, **extra})) == colours


def on_a_terminal(*arguments: str, env: dict[str, str]) -> str:
    """What the program shows where both of its outputs are a terminal."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env={**ENVIRONMENT, **env},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    # When the last process closes the terminal, Linux says EIO and others an empty read.
    with contextlib.suppress(OSError):
        while data := os.read(master, 65536):
            shown += data
    os.close(master)
    assert process.wait(timeout=60) in (0, 1)
    return shown.decode()


@pytest.mark.parametrize("arguments", [["lint", "p"], ["--help"], ["build", "p"]])
def test_a_closed_pipe_is_no_error_of_ours(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env=ENVIRONMENT,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# What each command writes to standard output, and whether it then has done its work.
SPEAKING: list[list[str]] = [
    ["--help"],
    ["--version"],
    ["lint", "p"],
    ["lint", "p", "--format", "sarif"],
    ["lint", "q"],
    ["build", "p", "-o", "b.xpkg"],
    ["push", "oci-layout:registry:team/a:v1", "a.xpkg"],
    ["copy", "a.xpkg", "oci-layout:registry:team/b:v1", "--format", "json"],
    ["verify", "a.xpkg"],
    ["inspect", "a.xpkg"],
    ["extract", "a.xpkg"],
    ["rule"],
    ["rule", "XP202"],
    ["lint", "--help"],
]


@pytest.mark.parametrize("arguments", SPEAKING, ids=" ".join)
@pytest.mark.parametrize("output", ["full", "closed"])
def test_an_output_that_cannot_be_written(arguments: list[str], output: str) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    write("q/a.yaml", "a: 1\n" * 2000)
    redirection = {"full": ">/dev/full", "closed": ">&-"}[output]
    command = [sys.executable, "-m", "xpkg_tool.cli", *arguments]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    why = {"full": "No space left on device", "closed": "Bad file descriptor"}[output]
    assert done.returncode == 2
    assert done.stderr == f"error: Standard output cannot be written: {why}.\n"


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", "2>&- >&-", "2>&- <&-"])
def test_errors_that_cannot_be_written(redirection: str) -> None:
    write("p/a.yaml", "a: 1\n")
    for arguments, code in ((["build", "p"], 1), (["lint", "gone"], 2)):
        command = [sys.executable, "-m", "xpkg_tool.cli", *arguments]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


def test_names_and_output_are_utf8_in_any_locale() -> None:
    write("p/ä.yaml", "a: 1\n")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    process = start("lint", "p", env=locale, encoding="utf-8")
    output, errors = process.communicate(timeout=60)
    assert "p/ä.yaml:1:1" in output and not errors
