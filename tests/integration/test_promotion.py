"""Releases, indexes, mounts and copies in real registries, read back by skopeo and crane."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.docker_registry import (
    PASSWORD,
    USER,
    DockerRegistry,
    crane,
    docker_registry,
    need,
    newer_registry,
)
from tests.xpkg_tool.images import Image, package_layers
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.artifact_reader import read_files
from xpkg_tool.publish.copy import copy
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.push import push

HYBRID = Path(__file__).parents[1] / "vectors/hybrid.xpkg"
DIGEST = "sha256:bc70d2d052d00a0d251ebfec9c7c7e2014c46afb40e495ee0c330f32bbf9381b"

# Debian's is of 2.8; the newer one is in no distribution, so that CI may lack it.
VERSIONS = [
    pytest.param("2.8", id="2.8"),
    pytest.param(
        "3",
        id="3",
        marks=pytest.mark.allow_skip_in_ci("registry 3 is in no distribution"),
    ),
]


@pytest.fixture(params=VERSIONS)
def registry(request: Any, tmp_path: Path) -> Iterator[DockerRegistry]:
    """With a login: nobody else may read either."""
    program = newer_registry() if request.param == "3" else ""
    with docker_registry(tmp_path / "registry", basic=True, program=program) as running:
        yield running


@pytest.fixture
def env(registry: DockerRegistry, tmp_path: Path) -> dict[str, str]:
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config = {"auths": {registry.address: {"auth": auth}}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    return {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path), "PATH": "/usr/bin:/bin"}


def good(outcome: Outcome) -> PushResult:
    assert isinstance(outcome, PushResult), str(outcome)
    return outcome


def raw(reference: str) -> bytes:
    """What skopeo gets there."""
    options = ("--raw", "--tls-verify=false", "--creds", f"{USER}:{PASSWORD}")
    argv = (need("skopeo"), "inspect", *options, f"docker://{reference}")
    return subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout


def digest(reference: str) -> str:
    return f"sha256:{hashlib.sha256(raw(reference)).hexdigest()}"


def platforms(folder: Path, *architectures: str) -> list[str]:
    """Files of one package for several platforms."""
    images = {a: Image(*package_layers(), platform=("linux", a)) for a in architectures}
    return [str(image.archive(folder / f"{a}.xpkg")) for a, image in images.items()]


def test_a_release_stays_where_it_is(
    registry: DockerRegistry, env: dict[str, str], tmp_path: Path
) -> None:
    reference = f"{registry.address}/team/p:v1.0.0"
    (first,) = push(str(HYBRID), [reference], env=env)
    assert good(first).action == "pushed"
    before = registry.requests("P")
    (other,) = push(platforms(tmp_path, "amd64"), [reference], env=env)
    assert isinstance(other, PublishError) and DIGEST in str(other)
    assert registry.requests("P") == before
    (again,) = push(str(HYBRID), [reference], env=env)
    assert (good(again).action, good(again).transfer.requests) == ("up to date", 2)
    assert digest(reference) == DIGEST


def test_copied_within_a_registry_nothing_is_sent(
    registry: DockerRegistry, env: dict[str, str]
) -> None:
    staging, live = (f"{registry.address}/{name}/p:v1" for name in ("staging", "live"))
    push(str(HYBRID), [staging], env=env)
    result = good(copy(staging, live, env=env))
    assert (result.digest, result.transfer.blobs_sent, result.transfer.blobs_mounted) == (
        DIGEST,
        0,
        3,
    )
    assert raw(live) == raw(staging)


def test_an_index_and_a_copy_of_it(
    registry: DockerRegistry, env: dict[str, str], tmp_path: Path
) -> None:
    paths = platforms(tmp_path, "arm64", "amd64")
    artifact = read_files(paths)
    base = registry.address
    result = good(push(paths, [f"{base}/a:v1"], env=env)[0])
    assert result.digest == artifact.digest
    assert raw(f"{base}/a:v1") == artifact.manifest
    layout = f"oci-layout:{tmp_path}/layout:a:v1"
    assert good(copy(f"{base}/a@{artifact.digest}", layout, env=env)).digest == artifact.digest
    assert good(copy(layout, f"{base}/b:v1", env=env)).digest == artifact.digest
    for name in ("a", "b"):
        assert raw(f"{base}/{name}:v1") == artifact.manifest
        for entry in json.loads(artifact.manifest)["manifests"]:
            assert digest(f"{base}/{name}@{entry['digest']}") == entry["digest"]
            target = tmp_path / name / entry["platform"]["architecture"]
            argv = ("copy", "--src-tls-verify=false", "--src-creds", f"{USER}:{PASSWORD}")
            source = f"docker://{base}/{name}@{entry['digest']}"
            target.parent.mkdir(exist_ok=True)
            subprocess.run([need("skopeo"), *argv, source, f"dir:{target}"], check=True)


def test_a_large_layer_is_never_held(
    registry: DockerRegistry, env: dict[str, str], tmp_path: Path
) -> None:
    """From one registry to another: what the process takes is far below the layer's size."""
    size = 150_000_000
    package = Image((os.urandom(1024) + bytes(size), None)).archive(tmp_path / "large.xpkg")
    peak = tmp_path / "peak"
    # Not by getrusage: that counts what the parent held when the process was started, too.
    script = (
        "import pathlib, sys; from xpkg_tool.cli.main import main; code = main(sys.argv[2:]); "
        "status = pathlib.Path('/proc/self/status').read_text(); "
        "pathlib.Path(sys.argv[1]).write_text(status.split('VmHWM:')[1].split()[0]); sys.exit(code)"
    )
    with docker_registry(tmp_path / "second") as second:
        for arguments in (
            ("push", f"{registry.address}/p:v1", str(package)),
            ("copy", f"{registry.address}/p:v1", f"{second.address}/p:v1"),
        ):
            subprocess.run(
                [sys.executable, "-c", script, str(peak), *arguments],
                env={**env, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                check=True,
            )
            assert int(peak.read_text()) * 1024 < 60_000_000


@pytest.mark.allow_skip_in_ci("crane is in no distribution")
def test_crane_is_content(registry: DockerRegistry, env: dict[str, str], tmp_path: Path) -> None:
    program, base = crane(), registry.address
    push(str(HYBRID), [f"{base}/one:v1"], env=env)
    push(platforms(tmp_path, "amd64", "arm64"), [f"{base}/index:v1"], env=env)
    copy(f"{base}/index:v1", f"{base}/copied:v1", env=env)
    for name in ("one:v1", "index:v1", "copied:v1"):
        done = subprocess.run(
            [program, "validate", "--insecure", "--remote", f"{base}/{name}"],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0 and done.stdout.startswith("PASS"), done.stdout
