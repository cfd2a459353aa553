"""A layer of 300 MB to a registry on this machine, beside skopeo."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import measuring
from inputs import Inputs
from rounds import Case, Round
from table import Row, Section

_PUSH = "layer: push"
_SKOPEO = "layer: skopeo"
_PROGRAMS = ("docker-registry", "skopeo")


def measure(round: Round) -> None:
    folder = round.folder / "layer"
    layout = folder / "layout"
    layout.mkdir(parents=True)
    archive = folder / "package.xpkg"
    round.work("layer", str(round.inputs.sizes.layer_bytes), archive)
    with tarfile.open(archive) as members:  # The archive is a layout as well.
        members.extractall(layout)
    # A registry for each: none may find the other's blobs there.
    with _registry(folder / "skopeo") as address:
        target = f"docker://{address}/benchmark/package:v1"
        copy = ["skopeo", "copy", "--dest-tls-verify=false", f"oci:{layout}", target]
        round.note(_SKOPEO, measuring.run(copy).sample)
    with _registry(folder / "xpkg") as address:
        target = f"{address}/benchmark/package:v1"
        round.note(_PUSH, round.tool("push", "--insecure", target, archive))
    shutil.rmtree(folder)


@contextlib.contextmanager
def _registry(folder: Path) -> Iterator[str]:
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


def _missing(inputs: Inputs) -> str | None:
    lacking = [program for program in _PROGRAMS if shutil.which(program) is None]
    return f"install {' and '.join(lacking)}" if lacking else None


CASE = Case(
    "layer",
    (
        Section(
            "One layer of 300 MB to a registry on loopback",
            (
                Row(_SKOPEO, "skopeo copy"),
                Row(_PUSH, "xpkg push", _SKOPEO, "", "skopeo copy", at_most=1.3, memory=60_000_000),
            ),
        ),
    ),
    measure,
    _missing,
)
