"""A registry on this machine, for benchmarks."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measuring

PROGRAM = "docker-registry"


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[str]:
    """The address (host:port) of an empty registry on loopback, stopped at the end."""
    folder.mkdir()
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    config = folder / "config.yml"
    config.write_text(
        "version: 0.1\n"
        f"storage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: '{address}', secret: benchmark}}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", config], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.kill()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    host, port = address.split(":")
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise measuring.ProgramError(f"docker-registry does not answer at {address}.")


def lacking(*programs: str) -> str | None:
    """What has to be installed, or None."""
    missing = [program for program in programs if shutil.which(program) is None]
    return f"install {' and '.join(missing)}" if missing else None


def skopeo_copy(layout: Path, reference: str) -> measuring.Sample:
    """Copies the image of an OCI layout to a reference in a registry over plain http."""
    # A policy is not part of every installation, and would only say that everything is accepted.
    options = ("--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false")
    return measuring.run(("skopeo", *options, f"oci:{layout}", f"docker://{reference}")).sample
