"""Publishing to a real registry, read back by skopeo."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import urllib.request
from pathlib import Path

import pytest

from tests.integration.docker_registry import PASSWORD, USER, DockerRegistry, docker_registry, need
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.publish.push import Outcome, PushResult, push

VECTORS = Path(__file__).parents[1] / "vectors"
HYBRID = VECTORS / "hybrid.xpkg"
DIGEST = "sha256:bc70d2d052d00a0d251ebfec9c7c7e2014c46afb40e495ee0c330f32bbf9381b"


def publish(env: dict[str, str], *references: str) -> list[Outcome]:
    return list(push(str(HYBRID), references, env=env))


def env_of(folder: Path, registry: str = "", password: str = "") -> dict[str, str]:
    config = folder / "docker"
    config.mkdir(exist_ok=True)
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    auths = {registry: {"auth": auth}} if registry else {}
    (config / "config.json").write_text(json.dumps({"auths": auths}))
    return {"HOME": str(folder), "DOCKER_CONFIG": str(config), "PATH": ""}


def skopeo(*arguments: str) -> bytes:
    return subprocess.run([need("skopeo"), *arguments], stdout=subprocess.PIPE, check=True).stdout


def manifest_of(registry: DockerRegistry, name: str, *, login: bool) -> bytes:
    credentials = ("--creds", f"{USER}:{PASSWORD}") if login else ()
    return skopeo(
        "inspect",
        "--raw",
        "--tls-verify=false",
        *credentials,
        f"docker://{registry.address}/{name}",
    )


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("basic", [False, True])
def test_push_again_and_read_back(basic: bool, tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry", basic=basic) as registry:
        env = env_of(tmp_path, registry.address, PASSWORD) if basic else env_of(tmp_path)
        names = [f"{registry.address}/example/provider:{tag}" for tag in ("v1.0.0", "latest")]
        first = publish(env, *names)
        assert [o.action for o in first if isinstance(o, PushResult)] == ["pushed", "tagged"]
        assert {o.digest for o in first if isinstance(o, PushResult)} == {DIGEST}
        for tag in ("v1.0.0", "latest"):
            raw = manifest_of(registry, f"example/provider:{tag}", login=basic)
            assert sha256(raw) == DIGEST
            layers = json.loads(raw)["layers"]
            assert layers[0]["annotations"] == {"io.crossplane.xpkg": "base"}
        writes = registry.requests("POST") + registry.requests("PUT")
        before = registry.requests()
        again = publish(env, *names)
        assert [o.action for o in again if isinstance(o, PushResult)] == ["up to date"] * 2
        assert [o.transfer.bytes_sent for o in again if isinstance(o, PushResult)] == [0, 0]
        assert registry.requests("POST") + registry.requests("PUT") == writes > 0
        # A probe, and one HEAD for each reference.
        assert registry.requests() - before == 3


def test_skopeo_copies_it_with_its_digests(plain_registry: DockerRegistry, tmp_path: Path) -> None:
    publish(env_of(tmp_path), f"{plain_registry.address}/a/b:v1")
    source = f"docker://{plain_registry.address}/a/b@{DIGEST}"
    skopeo("copy", "--src-tls-verify=false", source, f"dir:{tmp_path}/copy")
    manifest = (tmp_path / "copy/manifest.json").read_bytes()
    assert sha256(manifest) == DIGEST
    for blob in (json.loads(manifest)["config"], *json.loads(manifest)["layers"]):
        name = blob["digest"].partition(":")[2]
        assert sha256((tmp_path / "copy" / name).read_bytes()) == blob["digest"]


def test_the_crossplane_way_of_reading(plain_registry: DockerRegistry, tmp_path: Path) -> None:
    """The layer with the annotation `base`, by its digest."""
    publish(env_of(tmp_path), f"{plain_registry.address}/a/b:v1")
    raw = manifest_of(plain_registry, "a/b:v1", login=False)
    layer = json.loads(raw)["layers"][0]
    url = f"http://{plain_registry.address}/v2/a/b/blobs/{layer['digest']}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as response:
        content = response.read()
    assert sha256(content) == layer["digest"]
    assert len(content) == layer["size"]


def test_wrong_password(basic_registry: DockerRegistry, tmp_path: Path) -> None:
    env = env_of(tmp_path, basic_registry.address, "canary-wrong")
    (outcome,) = publish(env, f"{basic_registry.address}/a/b:v1")
    assert isinstance(outcome, PublishError)
    text = str(outcome)
    assert "does not accept the user name and password" in text
    assert f"{tmp_path}/docker/config.json" in text
    assert basic_registry.address in text
    assert "canary" not in text
    assert "Traceback" not in text
    assert basic_registry.requests("POST") == 0


def test_no_credential(basic_registry: DockerRegistry, tmp_path: Path) -> None:
    (outcome,) = publish(env_of(tmp_path), f"{basic_registry.address}/a/b:v1")
    assert isinstance(outcome, PublishError)
    assert "there is no credential for it" in str(outcome)
    assert f"docker login {basic_registry.address}" in str(outcome)


def test_registry_down(tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry") as registry:
        address = registry.address
    bad, good = publish(
        env_of(tmp_path), f"{address}/a/b:v1", f"oci-layout:{tmp_path}/layout:a/b:v1"
    )
    assert isinstance(bad, PublishError)
    assert f"The registry {address} could not be used: connection refused (4 attempts)" in str(bad)
    assert isinstance(good, PublishError)
    assert "because of an error in another reference" in str(good)
    assert not (tmp_path / "layout").exists()


def test_skopeo_reads_the_layout(tmp_path: Path) -> None:
    """skopeo 1.9 finds Docker manifests only in a layout with one entry (skopeo#1975)."""
    directory = tmp_path / "layout"
    publish(env_of(tmp_path), f"oci-layout:{directory}:example/provider:v1")
    skopeo("copy", f"oci:{directory}", f"dir:{tmp_path}/copy")
    assert sha256((tmp_path / "copy/manifest.json").read_bytes()) == DIGEST


def test_a_layout_is_copied_into_a_registry(plain_registry: DockerRegistry, tmp_path: Path) -> None:
    directory = tmp_path / "layout"
    publish(env_of(tmp_path), f"oci-layout:{directory}:example/provider:v1")
    target = f"docker://{plain_registry.address}/copied:v1"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{directory}", target)
    assert sha256(manifest_of(plain_registry, "copied:v1", login=False)) == DIGEST
