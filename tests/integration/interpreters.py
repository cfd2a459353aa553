"""Versions of CPython other than the one that runs the tests, and environments of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def find_interpreter(version: str) -> str | None:
    """A CPython `version` (such as "3.11") on PATH or in pyenv that can make environments."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [shutil.which(f"python{version}")]
    candidates += map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}")))
    # A candidate may be a shim that prints an error, or another implementation.
    check = "import sys, venv, ensurepip; print(sys.implementation.name, *sys.version_info[:2])"
    for candidate in filter(None, candidates):
        done = subprocess.run(
            [candidate, "-I", "-c", check],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.stdout.split() == ["cpython", *version.split(".")]:
            return candidate
    return None


def new_environment(python: str | Path, folder: Path) -> Path:
    """The interpreter of a new virtual environment of `python`, without pip: a pip of its own takes
    longer to install than what the tests install there. `pip` is for that."""
    subprocess.run([python, "-I", "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python"


def pip(python: Path, *arguments: str | Path) -> tuple[str | Path, ...]:
    """The command that runs the pip of requirements/dev.txt for the environment of `python`."""
    own = (sys.executable, "-I", "-m", "pip", "--python", python)
    return (*own, "--disable-pip-version-check", "--no-input", *arguments)
