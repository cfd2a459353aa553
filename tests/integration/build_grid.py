"""Runs BuildGrid, a server of the Remote Execution API, as a remote cache on loopback.

It has an environment of its own (requirements/buildgrid.txt), since it needs CPython 3.11 or later.
That lies in the cache folder of ./pants, so that it is installed once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.interpreters import find_interpreter, new_environment, pip
from tests.integration.repository import PROJECT

LOCK = PROJECT / "requirements" / "buildgrid.txt"
VERSIONS = ("3.11", "3.12", "3.13")
_START_TIMEOUT = 30.0

_CONFIGURATION = """\
server:
  - !channel {{address: "{address}", insecure-mode: true}}
authorization: {{method: none}}
connections: []
storages: [!disk-storage &cas {{path: cas}}]
caches:
  - !lru-action-cache &results
    storage: *cas
    max-cached-refs: 100000
    allow-updates: true
    cache-failed-actions: false
instances:
  - name: ''
    services:
      - !action-cache {{cache: *results}}
      - !cas {{storage: *cas}}
      - !bytestream {{storage: *cas}}
thread-pool-size: 100
"""


@dataclass(frozen=True)
class BuildGrid:
    """A server with an action cache and a store of content, both empty at first.

    `address` is host:port, `python` an interpreter that has BuildGrid's modules.
    """

    address: str
    python: Path


def environment() -> Path:
    """The interpreter of an environment with BuildGrid; skips where no interpreter will do."""
    base = next(filter(None, map(find_interpreter, VERSIONS)), None)
    if base is None:
        pytest.skip(f"BuildGrid needs one of CPython {', '.join(VERSIONS)}, on PATH or in pyenv")
    key = hashlib.sha256(LOCK.read_bytes() + os.path.realpath(base).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "pants-xpkg" / f"buildgrid-{key}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    python = folder / "bin" / "python"
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            new_environment(base, folder)
            # Most modules are never used.
            options = ("--quiet", "--no-compile", "--only-binary=:all:", "--require-hashes")
            _run(pip(python, "install", *options, "--requirement", LOCK))
            (folder / "ready").touch()
    return python


def _run(command: Sequence[str | Path]) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout


@contextmanager
def build_grid(python: Path, folder: Path) -> Iterator[BuildGrid]:
    """A server with its data below `folder`, stopped at the end."""
    folder.mkdir(parents=True)
    configuration = folder / "configuration.yml"

    def command(address: str) -> list[str]:
        configuration.write_text(_CONFIGURATION.format(address=address))
        run = "from buildgrid.server.app import cli; cli()"
        return [str(python), "-I", "-c", run, "server", "start", str(configuration)]

    with server(command, folder) as address:
        yield BuildGrid(address, python)


@contextmanager
def server(command: Callable[[str], list[str]], folder: Path) -> Iterator[str]:
    """The address (host:port) of a server on loopback.

    `command` gives the command line that starts it there, with `folder` as working folder.
    """
    log = folder / "log"
    for _ in range(3):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        address = f"127.0.0.1:{port}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(address),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A proxy has nothing to do with what is on loopback.
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "no_proxy": "*"},
            )
        try:
            # Another process may have taken the port in between: then it is tried again.
            if _listens(port, process):
                yield address
                return
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    pytest.fail(f"The server does not start: {log.read_text()[-2000:]}")


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
