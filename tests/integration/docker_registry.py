"""Runs Debian's `docker-registry` (or a newer `registry`) on loopback for a test.

Skips the test where a program is missing; in CI (CI=true) that is a failure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER, PASSWORD = "alice", "canary-password"
_START_TIMEOUT = 20.0


@dataclass(frozen=True)
class DockerRegistry:
    """`address` is host:port; `log` the file with what the registry writes, requests included."""

    address: str
    log: Path

    def requests(self, method: str = "") -> int:
        """How many requests with this method (all: "") were answered so far."""
        return self.log.read_text().count(f'] "{method} ' if method else '] "')


def need(program: str) -> str:
    """The program's path; skips (in CI: fails) where it is missing."""
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def newer_registry() -> str:
    """The path of the distribution project's `registry`, version 3, where somebody has installed
    it; skips where nobody has."""
    return _go_program("registry")


def crane() -> str:
    """The path of go-containerregistry's `crane`; skips where it is missing."""
    return _go_program("crane")


def _go_program(name: str) -> str:
    gopath = os.environ.get("GOPATH") or str(Path.home() / "go")
    found = shutil.which(name) or shutil.which(name, path=f"{gopath}/bin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def docker_registry(
    folder: Path, *, basic: bool = False, program: str = "", token: str = "", tls: str = ""
) -> Iterator[DockerRegistry]:
    """A registry with its data below `folder`, stopped at the end. `basic`: USER may log in.
    `program` is the path of another version of it; `token` and `tls` are what its configuration
    says of a token service (of `auth`) and of its certificate (of `http`), in YAML's flow form."""
    program = program or need("docker-registry")
    folder.mkdir(parents=True, exist_ok=True)
    auth = ""
    if basic:
        line = subprocess.run(
            [need("htpasswd"), "-Bbn", USER, PASSWORD], stdout=subprocess.PIPE, check=True
        ).stdout
        (folder / "htpasswd").write_bytes(line.strip() + b"\n")
        auth = f"auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}\n"
    if token:
        auth = f"auth: {{token: {token}}}\n"
    certificate = f", tls: {tls}" if tls else ""
    for _ in range(3):
        address = f"127.0.0.1:{_free_port()}"
        (folder / "config.yml").write_text(
            "version: 0.1\n"
            "log: {accesslog: {disabled: false}}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
            f"http: {{addr: '{address}', secret: test{certificate}}}\n" + auth
        )
        log = folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "serve", str(folder / "config.yml")],
                stdout=output,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", ""), "OTEL_TRACES_EXPORTER": "none"},
            )
        try:
            # Another process may have taken the port in between: then it is tried again.
            if _answers(address, process):
                yield DockerRegistry(address, log)
                return
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    pytest.fail(f"docker-registry does not start: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            opener.open(f"http://{address}/v2/", timeout=1).close()
            return True
        except urllib.error.HTTPError as error:
            # 400: it speaks TLS.
            return error.code in (400, 401)
        except OSError:
            time.sleep(0.02)
    return False
