"""A real Kubernetes API server on loopback, with Crossplane's CRDs for the objects that install
packages.

`bash build-support/api-server` builds it, once, into the cache folder of ./pants. Nothing runs in
this cluster but the server: no package manager looks at the objects.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

_START_TIMEOUT = 90.0
_TOKEN = "canary-token"


@dataclass(frozen=True)
class ApiServer:
    """`kubeconfig` is the file by which kubectl finds it."""

    kubeconfig: Path

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig)}

    def kubectl(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["kubectl", *arguments],
            check=False,
            input=text,
            capture_output=True,
            text=True,
            env=self.env,
        )

    def set_status(self, resource: str, status: dict[str, Any]) -> None:
        """What the package manager would write."""
        patch = json.dumps({"status": status})
        done = self.kubectl(
            "patch", resource, "--subresource=status", "--type=merge", f"--patch={patch}"
        )
        assert done.returncode == 0, done.stderr


def built() -> Path | None:
    """The folder with the server and the CRDs, if everything is there that it takes."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folders = sorted((cache / "pants-xpkg").glob("kubernetes-*"))
    if not folders or not all(map(shutil.which, ("etcd", "kubectl", "openssl"))):
        return None
    folder = folders[-1]
    whole = (folder / "kube-apiserver").exists() and any(folder.glob("crossplane-*"))
    return folder if whole else None


@contextmanager
def api_server(program_folder: Path, folder: Path) -> Iterator[ApiServer]:
    """The server with its data below `folder`, and the CRDs established; stopped at the end."""
    folder.mkdir(parents=True)
    store, peers, port = _free_ports(3)
    with ExitStack() as stack:
        loopback = "http://127.0.0.1"
        stack.enter_context(
            _running(
                folder / "etcd.log",
                "etcd",
                f"--data-dir={folder / 'etcd'}",
                "--unsafe-no-fsync",
                f"--listen-client-urls={loopback}:{store}",
                f"--advertise-client-urls={loopback}:{store}",
                f"--listen-peer-urls={loopback}:{peers}",
                f"--initial-advertise-peer-urls={loopback}:{peers}",
                f"--initial-cluster=default={loopback}:{peers}",
            )
        )
        key, public, tokens = (folder / name for name in ("sa.key", "sa.pub", "tokens.csv"))
        _openssl("genrsa", "-out", str(key), "2048")
        _openssl("rsa", "-in", str(key), "-pubout", "-out", str(public))
        tokens.write_text(f"{_TOKEN},admin,admin,system:masters\n")
        stack.enter_context(
            _running(
                folder / "api-server.log",
                str(program_folder / "kube-apiserver"),
                f"--etcd-servers={loopback}:{store}",
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                f"--secure-port={port}",
                f"--cert-dir={folder / 'certificates'}",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={public}",
                f"--service-account-signing-key-file={key}",
                f"--token-auth-file={tokens}",
                "--authorization-mode=AlwaysAllow",
                "--disable-admission-plugins=ServiceAccount",
                "--service-cluster-ip-range=10.0.0.0/16",
                "--endpoint-reconciler-type=none",
                "--enable-priority-and-fairness=false",
                "--profiling=false",
            )
        )
        server = ApiServer(_kubeconfig(folder, port))
        _wait_until(server, ["get", "--raw=/readyz"], folder / "api-server.log")
        for crd in sorted(program_folder.glob("crossplane-*/*.yaml")):
            done = server.kubectl("create", "-f", str(crd))
            assert done.returncode == 0, done.stderr
        wait = ["wait", "crds", "--all", "--for=condition=Established", "--timeout=30s"]
        _wait_until(server, wait, folder / "api-server.log")
        yield server


@contextmanager
def _running(log: Path, *argv: str) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _kubeconfig(folder: Path, port: int) -> Path:
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "clusters": [{"name": "test", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": _TOKEN}}],
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return path


def _wait_until(server: ApiServer, arguments: Sequence[str], log: Path) -> None:
    end = time.monotonic() + _START_TIMEOUT
    while server.kubectl(*arguments).returncode:
        assert time.monotonic() < end, log.read_text()[-4000:]
        time.sleep(0.5)


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
