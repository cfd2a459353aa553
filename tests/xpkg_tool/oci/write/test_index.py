"""One package for several platforms: an index of several images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, descriptor, sha256
from tests.xpkg_tool.images import Image, package_layers, runtime_layers
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.platform_images import files, image
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.inspection.source import opened
from xpkg_tool.inspection.verify import verify
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.read.artifact_reader import read_files
from xpkg_tool.publish.push import PushResult, push
from xpkg_tool.registry.http.retry import RetryPolicy

INDEX = "application/vnd.oci.image.index.v1+json"


def test_entries_have_their_platforms_whatever_the_order(tmp_path: Path) -> None:
    arm, amd, v7 = image("arm64"), image("amd64"), image("arm", variant="v7")
    artifact = read_files(files(tmp_path, arm, amd, v7))
    assert artifact.media_type == INDEX
    assert json.loads(artifact.manifest) == {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            {
                **descriptor(made.manifest, "application/vnd.docker.distribution.manifest.v2+json"),
                "platform": platform,
            }
            for made, platform in (
                (amd, {"architecture": "amd64", "os": "linux"}),
                (v7, {"architecture": "arm", "os": "linux", "variant": "v7"}),
                (arm, {"architecture": "arm64", "os": "linux"}),
            )
        ],
    }
    # As go-containerregistry writes it: compact, keys in their order.
    assert artifact.manifest.startswith(b'{"schemaVersion":2,"mediaType":"application/vnd.oci.')
    assert sha256(artifact.manifest) == artifact.digest
    assert artifact.manifests[-1].manifest == artifact.manifest
    again = read_files(files(tmp_path, v7, arm, amd))
    assert again.manifest == artifact.manifest
    # The package's own layers are shared.
    assert len(artifact.blobs) == 3 * 2 + 2


def refusal(paths: Sequence[str]) -> str:
    with pytest.raises(PublishError) as caught:
        read_files(paths)
    assert caught.value.finding.remedy
    return str(caught.value)


def test_two_for_one_platform(tmp_path: Path) -> None:
    paths = files(tmp_path, image("amd64"), image("arm64"), image("amd64", created="x"))
    text = refusal(paths)
    assert paths[0] in text and paths[2] in text and paths[1] not in text
    assert "the same platform, linux/amd64" in text
    same = refusal([str(HYBRID), str(HYBRID)])
    assert "same platform" in same and "without a runtime" in same


@pytest.mark.parametrize("platform", [("", ""), ("linux", ""), ("", "amd64")])
def test_no_platform(platform: tuple[str, str], tmp_path: Path) -> None:
    """crossplane#4977."""
    paths = files(tmp_path, image("amd64"), image(platform[1], platform[0]))
    text = refusal(paths)
    assert paths[1] in text and "does not specify its platform" in text


def test_none_that_the_package_manager_takes(tmp_path: Path) -> None:
    text = refusal(files(tmp_path, image("arm64"), image("s390x")))
    assert "linux/amd64" in text and "linux/arm64, linux/s390x" in text


def test_one_file_is_a_plain_manifest() -> None:
    artifact = read_files([str(HYBRID)])
    assert artifact.media_type != INDEX
    assert artifact.manifest == open_archive(str(HYBRID)).manifest


def test_blobs_manifests_index_tag(pusher: Pusher, tmp_path: Path) -> None:
    paths = files(tmp_path, image("arm64"), image("amd64"))
    artifact = read_files(paths)
    with running() as registry:
        reference = f"{registry.address}/a/b:v1"
        (outcome,) = pusher.push(reference, archive=paths)
        assert isinstance(outcome, PushResult), str(outcome)
        assert (outcome.digest, outcome.transfer.blobs_sent) == (artifact.digest, 6)
        puts = [s.path.rpartition("/")[2] for s in registry.seen if "/manifests/" in s.path]
        children = [entry["digest"] for entry in json.loads(artifact.manifest)["manifests"]]
        assert puts[:2] == ["v1", "v1"]
        assert sorted(puts[2:4]) == sorted(children)
        assert puts[4:] == [artifact.digest, "v1", "v1", "v1"]
        assert registry.manifests["a/b", "v1"] == (INDEX, artifact.manifest)
        registry.seen.clear()
        (again,) = pusher.push(reference, archive=paths[::-1])
        assert isinstance(again, PushResult) and again.action == "up to date"
        assert len(registry.seen) == 2


def test_it_is_read_as_one_package(pusher: Pusher, tmp_path: Path) -> None:
    amd = Image(*runtime_layers(), *package_layers())
    paths = files(tmp_path, image("arm64"), amd)
    digest = read_files(paths).digest
    with running() as registry:
        reference = f"{registry.address}/a/b:v1"
        layout = f"oci-layout:{tmp_path}/layout:a/b:v1"
        pusher.push(reference, archive=paths)
        (into_layout,) = push(paths, [layout], env={})
        assert isinstance(into_layout, PushResult), str(into_layout)
        # There a manifest is a blob like others.
        assert into_layout.transfer.blobs_sent == len(read_files(paths).blobs) + 3
        for source in (reference, layout):
            with opened(source, env=pusher.env) as found:
                assert (found.digest, found.index_digest) == (amd.digest, digest)
            assert verify(source, env=pusher.env) == verify(paths[1])
            assert inspect(source, env=pusher.env).digest == amd.digest


def test_a_manifest_that_vanishes(pusher: Pusher, tmp_path: Path) -> None:
    """All is put again before the index, and the tag comes last."""
    paths = files(tmp_path, image("arm64"), image("amd64"))
    digest = read_files(paths).digest
    lost = Fault("PUT", f"manifests/{digest}", before=lambda state: state.manifests.clear())
    with running("", lost) as registry:
        (outcome,) = pusher.push(f"{registry.address}/a:v1", archive=paths)
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag("a", "v1") == digest
        assert len(registry.manifests) == 4


@pytest.mark.parametrize("step", range(27))
def test_whatever_request_breaks_a_tag_means_a_complete_index(
    pusher: Pusher, tmp_path: Path, step: int
) -> None:
    """With an index: every request of a first push fails for good; a rerun converges."""
    paths = files(tmp_path, image("arm64"), image("amd64"))
    artifact = read_files(paths)
    pusher.policy = RetryPolicy(attempts=1)
    with running() as registry:
        pusher.push(f"{registry.address}/a:v1", archive=paths)
        requests = [(s.method, s.path) for s in registry.seen]
    assert len(requests) == 1 + 2 + 6 * 3 + 2 + 1 + 3
    method, path = requests[step]
    nth = requests[: step + 1].count((method, path))
    with running() as registry:
        registry.faults.append(Fault(method, f"^{path}([?]|$)", nth=nth, reset_after=0))
        (outcome,) = pusher.push(f"{registry.address}/a:v1", archive=paths)
        if registry.tag("a", "v1"):
            assert all(blob.digest in registry.blobs for blob in artifact.blobs)
            assert all(("a", m.digest) in registry.manifests for m in artifact.manifests)
        else:
            assert isinstance(outcome, PublishError)
        (again,) = pusher.push(f"{registry.address}/a:v1", archive=paths)
        assert isinstance(again, PushResult)
        assert registry.tag("a", "v1") == artifact.digest
