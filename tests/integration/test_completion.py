"""`xpkg completion`: the scripts in the shells that they are for."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xpkg_tool.cli.completion import script
from xpkg_tool.diagnostics.catalogue import RULES

PLUGINS = Path(__file__).resolve().parents[2] / "pants-plugins"

# A code that is the only one in its group of ten.
_ALONE = next(c for c in RULES if sum(other[:4] == c[:4] for other in RULES) == 1)

# What is typed, with Tab at its end, and the words that it becomes.
TYPED = (
    ("xpkg insp", ["inspect"]),
    ("xpkg lint --sel", ["lint", "--select"]),
    ("xpkg lint --format sar", ["lint", "--format", "sarif"]),
    ("xpkg build --package-root pack", ["build", "--package-root", "packages"]),
    ("xpkg verify net", ["verify", "network.xpkg"]),
    (f"xpkg rule {_ALONE[:4]}", ["rule", _ALONE]),
    ("xpkg cache pr", ["cache", "prune"]),
    ("xpkg cache list --format j", ["cache", "list", "--format", "json"]),
    ("xpkg completion f", ["completion", "fish"]),
)

# Each shell says the words of `xpkg …` in place of running it.
_SETUP = {
    "bash": "source ./script; xpkg() { printf '<%s>' \"$@\"; echo; }; PS1=; echo re''ady",
    "zsh": (
        'autoload -Uz compinit && compinit -u -D; eval "$(cat script)"; '
        "xpkg() { printf '<%s>' \"$@\"; echo }; PS1=; echo re''ady"
    ),
}
_START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}


def _needed(shell: str) -> str:
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    return shell


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("packages").mkdir()
    Path("network.xpkg").touch()


class Terminal:
    """A shell with a terminal of its own."""

    def __init__(self, command: list[str]) -> None:
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.environ["TERM"] = "dumb"
            os.execvp(command[0], command)
        self._shown = ""

    def write(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def until(self, pattern: str) -> str:
        """Reads until something of what is shown matches; forgets all up to there."""
        deadline = time.monotonic() + 60
        while (found := re.search(pattern, self._shown)) is None:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self._descriptor], [], [], left)[0], self._shown
            self._shown += os.read(self._descriptor, 65536).decode("utf-8", "replace")
        self._shown = self._shown[found.end() :]
        return found[0]

    def close(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._descriptor)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes(shell: str) -> None:
    Path("script").write_text(script(_needed(shell)))
    terminal = Terminal(_START[shell])
    try:
        terminal.write(_SETUP[shell] + "\n")
        terminal.until("\nready")
        for typed, words in TYPED:
            terminal.write(f"{typed}\t")
            terminal.write("\n")
            shown = terminal.until(r"<.*>\r?\n")
            # Zsh takes the slash away again.
            assert [word.rstrip("/") for word in re.findall("<([^>]*)>", shown)] == words
    finally:
        terminal.close()


def _fish(line: str) -> list[str]:
    """What fish offers for the last word of `line`."""
    done = subprocess.run(
        ["fish", "--no-config", "-c", "source script; complete -C $argv[1]", line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [offer.partition("\t")[0] for offer in done.stdout.splitlines()]


def test_fish_completes() -> None:
    Path("script").write_text(script(_needed("fish")))
    for typed, words in TYPED:
        assert words[-1] in [offer.rstrip("/") for offer in _fish(typed)], typed
    commands = "build cache completion copy extract graph inspect install lint lock push rule"
    assert set(_fish("xpkg ")) == {*commands.split(), "update", "verify"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_the_same_each_time(shell: str) -> None:
    scripts = {
        subprocess.run(
            [sys.executable, "-m", "xpkg_tool.cli", "completion", shell],
            env={**os.environ, "PYTHONPATH": str(PLUGINS), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert scripts == {script(shell).encode()}
