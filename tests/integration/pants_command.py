"""The Pants that the tests of whole runs start: ./pants, or the command in PANTS_XPKG_TEST_PANTS.

    PANTS_XPKG_TEST_PANTS=pants bash .ci/dev python -m pytest tests/integration

runs them with another version: of any kind that `--version` of the command tells. It may have its
settings from the environment, such as PANTS_PEX_CLI_URL_TEMPLATE.
"""

from __future__ import annotations

import functools
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Mapping

PROJECT = Path(__file__).resolve().parents[2]

LOCKED_VERSION = "2.17.1"
_VARIABLE = "PANTS_XPKG_TEST_PANTS"


def command() -> tuple[str, ...]:
    """The command line that starts Pants, without arguments."""
    return tuple(shlex.split(os.environ.get(_VARIABLE, ""))) or (str(PROJECT / "pants"),)


@functools.cache
def version() -> str:
    """The version of the Pants that `command` starts."""
    if not os.environ.get(_VARIABLE):
        return LOCKED_VERSION
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "BUILDROOT").touch()
        environment = {k: v for k, v in os.environ.items() if k != "PANTS_VERSION"}
        done = subprocess.run(
            [*command(), "--no-pantsd", "--version"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    return done.stdout.strip()


def environment() -> Mapping[str, str]:
    """What a run of `command` needs in its environment: the version that a pants.toml names is the
    locked one."""
    return {} if version() == LOCKED_VERSION else {"PANTS_VERSION": version()}


def write_command(path: Path) -> None:
    """Put the command at `path`."""
    path.unlink(missing_ok=True)
    # Whatever version a pants.toml names.
    started = shlex.join(["env", f"PANTS_VERSION={version()}", *command()])
    path.write_text(f'#!/bin/sh\nexec {started} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
