"""Finds versions of CPython other than the one that runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
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
