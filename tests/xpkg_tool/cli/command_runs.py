"""The command `xpkg` in this process and in processes of its own, and a small package for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from xpkg_tool.cli import main as cli

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: provider-a}\n"
EXAMPLE = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
PLUGINS = Path(cli.__file__).parents[2]


# A program that runs out of disk would cache the modules that it imports then, cut off.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PLUGINS), "PYTHONDONTWRITEBYTECODE": "1"}


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """The program as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env={**ENVIRONMENT, **options.pop("env", {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(*arguments: str, **options: Any) -> tuple[int, str, str]:
    process = start(*arguments, **options)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def packages(folder: str = ".") -> list[str]:
    return sorted(p.as_posix() for p in Path(folder).rglob("*") if ".xpkg" in p.name)
