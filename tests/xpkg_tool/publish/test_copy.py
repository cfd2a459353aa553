"""`copy`: what is published in one place is published in another, bit for bit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.images import Image, index_of, package_layers
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.platform_images import files, image
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.read.artifact_reader import read_files
from xpkg_tool.publish.copy import copy
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.settings import RegistrySettings


def copied(pusher: Pusher, source: str, destination: str, mutable: str = "") -> Outcome:
    settings = {destination.partition("/")[0]: RegistrySettings(mutable_tags=(mutable,))}
    return copy(
        source,
        destination,
        env=pusher.env,
        settings=settings if mutable else {},
        connections=pusher.connections,
        connect=pusher.connect,
    )


def good(outcome: Outcome) -> PushResult:
    assert isinstance(outcome, PushResult), str(outcome)
    return outcome


def digests(registry: FakeRegistry) -> None:
    for digest, content in registry.blobs.items():
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest


def test_from_one_registry_to_another(pusher: Pusher) -> None:
    """Annotations and all: the manifest is never written anew."""
    with running() as first, running("token") as second:
        pusher.login(second.address, USER, PASSWORD)
        pusher.push(f"{first.address}/a/b:v1")
        first.seen.clear()
        result = good(copied(pusher, f"{first.address}/a/b:v1", f"{second.address}/c:v1"))
        assert (result.action, result.digest, result.transfer.blobs_sent) == (
            "pushed",
            HYBRID_DIGEST,
            3,
        )
        assert result.transfer.requests == len(first.seen) + len(second.seen)
        assert {s.method for s in first.seen} == {"GET"}
        _, manifest = second.manifests["c", "v1"]
        assert manifest == open_archive(str(HYBRID)).manifest
        assert json.loads(manifest)["layers"][0]["annotations"] == {"io.crossplane.xpkg": "base"}
        digests(second)
        # Again: the manifest is read, the tag looked up, and that is all.
        first.seen.clear()
        second.seen.clear()
        again = good(
            copied(pusher, f"{first.address}/a/b@{HYBRID_DIGEST}", f"{second.address}/c:v1")
        )
        assert again.action == "up to date"
        assert (len(first.seen), len(second.seen)) == (2, 3)


def test_an_index_with_all_its_manifests(pusher: Pusher, tmp_path: Path) -> None:
    paths = files(tmp_path, image("arm64"), image("amd64"))
    artifact = read_files(paths)
    with running() as first, running() as second:
        pusher.push(f"{first.address}/a:v1", archive=paths)
        result = good(copied(pusher, f"{first.address}/a:v1", f"{second.address}/b:v1"))
        assert (result.digest, result.transfer.blobs_sent) == (artifact.digest, 6)
        assert second.manifests["b", "v1"] == (artifact.media_type, artifact.manifest)
        assert {d for _, d in second.manifests if d != "v1"} == {
            m.digest for m in artifact.manifests
        }
        layout = f"oci-layout:{tmp_path}/layout:c:v1"
        assert good(copied(pusher, f"{second.address}/b:v1", layout)).digest == artifact.digest
        back = good(copied(pusher, layout, f"{first.address}/d:v1"))
        assert (back.digest, back.transfer.blobs_sent) == (artifact.digest, 6)


def test_within_one_registry_blobs_are_mounted(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        pusher.push(f"{registry.address}/staging:v1")
        registry.seen.clear()
        base = registry.address
        result = good(copy(f"{base}/staging:v1", f"{base}/live:v1", env=pusher.env))
        assert (result.transfer.blobs_mounted, result.transfer.blobs_sent) == (3, 0)
        assert registry.count("GET", "/blobs/") == registry.count("PUT", "/blobs/") == 0
        scopes = [s.target for s in registry.seen if s.path == "/token"]
        # Reading asks for no more than that.
        assert "scope=repository%3Astaging%3Apull" in scopes[0] and "push" not in scopes[0]
        assert "live%3Apull%2Cpush&scope=repository%3Astaging%3Apull" in scopes[1]


def test_files_and_folders(pusher: Pusher, tmp_path: Path) -> None:
    folder = Image(*package_layers()).folder(tmp_path / "folder")
    docker = Image(*package_layers()).docker_archive(tmp_path / "docker.tar")
    with running() as registry:
        for number, source in enumerate((HYBRID, folder, docker)):
            result = good(copied(pusher, str(source), f"{registry.address}/a:v{number}"))
            assert registry.tag("a", f"v{number}") == result.digest
        assert registry.tag("a", "v0") == HYBRID_DIGEST


def test_a_release_stays(pusher: Pusher, tmp_path: Path) -> None:
    with running() as registry:
        pusher.push(f"{registry.address}/a:v1")
        other = str(make_archive(tmp_path / "o", b"other"))
        refused = copied(pusher, other, f"{registry.address}/a:v1")
        assert isinstance(refused, PublishError) and refused.finding.code == "publish-refused"
        assert registry.tag("a", "v1") == HYBRID_DIGEST
        moved = good(copied(pusher, other, f"{registry.address}/a:v1", mutable="v*"))
        assert registry.tag("a", "v1") == moved.digest


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("nowhere.xpkg", "neither an existing file or folder"),
        ("oci-layout:nowhere:a:v1", "The folder does not exist"),
        ("{registry}/none:v1", "The registry has no v1 in none"),
        ("user:canary@{registry}/a:v1", "cannot contain a user name"),
    ],
)
def test_no_source(pusher: Pusher, source: str, message: str) -> None:
    with running() as registry:
        source = source.format(registry=registry.address)
        outcome = copied(pusher, source, f"{registry.address}/a:v1")
        assert isinstance(outcome, PublishError)
        assert message in str(outcome)
        assert not registry.manifests


def test_what_was_damaged_on_the_way_gets_no_tag(pusher: Pusher) -> None:
    layer = open_archive(str(HYBRID)).layers[0]
    for path, content in ((f"blobs/{layer.digest}", b"x" * layer.size), ("manifests/v1", b"{}")):
        damage = Fault("GET", path, nth=0, content=content)
        with running("", damage) as first, running() as second:
            pusher.push(f"{first.address}/a:v1")
            outcome = copied(pusher, f"{first.address}/a:v1", f"{second.address}/a:v1")
            assert isinstance(outcome, PublishError)
            assert "digest" in str(outcome)
            assert not second.manifests
            assert layer.digest not in second.blobs


def test_a_source_that_breaks_off_goes_on_where_it_was(pusher: Pusher, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "a", bytes(range(256)) * 4096)
    with running() as first, running() as second:
        pusher.push(f"{first.address}/a:v1", archive=archive)
        largest = max(first.blobs, key=lambda digest: len(first.blobs[digest]))
        first.faults.append(Fault("GET", f"/blobs/{largest}", cut_after=300_000))
        result = good(copied(pusher, f"{first.address}/a:v1", f"{second.address}/a:v1"))
        assert second.tag("a", "v1") == result.digest
        assert first.count("GET", f"/blobs/{largest}") == 2
        digests(second)


def test_an_index_that_names_what_is_not_there(pusher: Pusher) -> None:
    made = Image(*package_layers())
    platform = {"os": "linux", "architecture": "amd64"}
    with running() as first, running() as second:
        index = index_of([(made.manifest, platform)])
        first.manifests["a", "v1"] = ("application/vnd.oci.image.index.v1+json", index)
        outcome = copied(pusher, f"{first.address}/a:v1", f"{second.address}/a:v1")
        assert isinstance(outcome, PublishError)
        assert f"Blob {made.digest} is missing" in str(outcome)
        assert not second.seen or {s.method for s in second.seen} <= {"GET", "HEAD"}
