"""What a registry holds after a push, whatever it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.push import PushResult
from xpkg_tool.registry.http.retry import RetryPolicy

BLOBS = open_archive(str(HYBRID)).blobs


def test_anonymous_first_push_and_again(pusher: Pusher) -> None:
    with running() as registry:
        first = result(pusher, registry)
        assert (first.action, first.digest) == ("pushed", HYBRID_DIGEST)
        assert (first.transfer.blobs_sent, first.transfer.blobs_skipped) == (3, 0)
        # Probe, tag and tag, three blobs' HEAD, POST and PUT, the manifest by digest, and the tag:
        # looked at, put, and read again.
        assert first.transfer.requests == len(registry.seen) == 1 + 2 + 3 * 3 + 1 + 3
        assert [s.method for s in registry.seen[:3]] == ["GET", "HEAD", "GET"]
        assert [s.method for s in registry.seen[-4:]] == ["PUT", "GET", "PUT", "HEAD"]
        assert registry.seen[-4].path.endswith(HYBRID_DIGEST)
        for number in (1, 2, -3, -2, -1):
            assert registry.seen[number].path.endswith("/manifests/v1")
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
        media_type, content = registry.manifests["a/b", "v1"]
        assert content == open_archive(str(HYBRID)).manifest
        assert media_type == open_archive(str(HYBRID)).media_type
        # One probe and one HEAD, nothing written.
        registry.seen.clear()
        again = result(pusher, registry)
        assert (again.action, again.transfer.bytes_sent, again.transfer.requests) == (
            "up to date",
            0,
            2,
        )
        assert [(s.method, s.path) for s in registry.seen] == [
            ("GET", "/v2/"),
            ("HEAD", "/v2/a/b/manifests/v1"),
        ]


def test_several_references(pusher: Pusher) -> None:
    with running() as registry:
        base = registry.address
        outcomes = pusher.push(f"{base}/a/b:v1", f"{base}/a/b:latest", f"{base}/c:v1")
        actions = [o.action for o in outcomes if isinstance(o, PushResult)]
        assert actions == ["pushed", "tagged", "pushed"]
        assert [s.path for s in registry.seen].count("/v2/") == 1
        assert sum(o.transfer.requests for o in outcomes if isinstance(o, PushResult)) == len(
            registry.seen
        )
        registry.seen.clear()
        again = pusher.push(f"{base}/a/b:v1", f"{base}/a/b:latest", f"{base}/a/b:new")
        actions = [o.action for o in again if isinstance(o, PushResult)]
        assert actions == ["up to date", "up to date", "tagged"]
        # The new tag takes a GET more before, and one just before it is put.
        assert len(registry.seen) == 1 + 3 + 1 + 3


def test_by_digest(pusher: Pusher) -> None:
    with running() as registry:
        (outcome,) = pusher.push(f"{registry.address}/a@{HYBRID_DIGEST}")
        assert isinstance(outcome, PushResult)
        assert outcome.action == "pushed"
        assert list(registry.manifests) == [("a", HYBRID_DIGEST)]
        (wrong,) = pusher.push(f"{registry.address}/a:v1@sha256:{'0' * 64}")
        assert isinstance(wrong, PublishError)
        assert HYBRID_DIGEST in str(wrong)


@pytest.mark.parametrize("path", ["uploads", f"manifests/{HYBRID_DIGEST}$", "manifests/v1$"])
def test_a_wrong_digest_in_the_answer(pusher: Pusher, path: str) -> None:
    for wrong in (f"sha256:{'0' * 64}", "canary"):
        fault = Fault("PUT", path, change={"Docker-Content-Digest": wrong})
        with running("", fault) as registry:
            message = error(pusher, registry)
            assert "stored different bytes than were sent" in message
            if "v1" not in path:
                assert registry.tag("a/b", "v1") is None


def test_no_digest_in_the_answers(pusher: Pusher) -> None:
    """Harbor, crossplane#3222: computed from what is there."""
    change = {"Docker-Content-Digest": None}
    faults = [Fault(m, "", nth=0, change=change) for m in ("PUT", "HEAD", "GET")]
    with running("", *faults) as registry:
        assert result(pusher, registry).action == "pushed"
        assert result(pusher, registry).action == "up to date"
        # Two before the tag is put; and one for each HEAD without a digest: the one afterwards, and
        # the one of the second run.
        assert registry.count("GET", "manifests") == 2 + 2


def test_head_not_allowed(pusher: Pusher) -> None:
    with running("", Fault("HEAD", "manifests", nth=0, status=405)) as registry:
        assert result(pusher, registry).action == "pushed"
        assert result(pusher, registry).action == "up to date"


def test_a_blob_that_vanishes(pusher: Pusher) -> None:
    """MANIFEST_BLOB_UNKNOWN at the manifest, sent again, the tag afterwards."""
    fault = Fault("PUT", f"manifests/{HYBRID_DIGEST}", forget=BLOBS[1].digest)
    with running("", fault) as registry:
        outcome = result(pusher, registry)
        assert outcome.action == "pushed"
        assert registry.count("POST") == 6
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_a_blob_that_never_stays(pusher: Pusher) -> None:
    fault = Fault("PUT", "manifests", nth=0, forget=BLOBS[1].digest)
    with running("", fault) as registry:
        assert "MANIFEST_BLOB_UNKNOWN" in error(pusher, registry)
        assert not registry.manifests


def test_an_upload_without_an_address(pusher: Pusher) -> None:
    with running("", Fault("POST", "uploads", change={"Location": None})) as registry:
        assert "has the status 202" in error(pusher, registry)


def test_a_damaged_package_sets_no_tag(pusher: Pusher, tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", b"layer-layer")
    path.write_bytes(path.read_bytes().replace(b"layer-layer", b"layer-lager"))
    with running() as registry:
        (outcome,) = pusher.push(f"{registry.address}/a:v1", archive=path)
        assert isinstance(outcome, PublishError)
        assert "does not match its digest" in str(outcome)
        assert outcome.finding.path == str(path)
        assert not registry.manifests


@pytest.mark.parametrize("step", range(16))
def test_whatever_request_breaks_a_tag_means_a_complete_image(pusher: Pusher, step: int) -> None:
    """Every request of a first push fails for good; a second run converges."""
    pusher.policy = RetryPolicy(attempts=1)
    with running() as registry:
        result(pusher, registry)
        requests = [(s.method, s.path) for s in registry.seen]
        method, path = requests[step]
        nth = requests[: step + 1].count((method, path))
    assert len(requests) == 16
    with running() as registry:
        registry.faults.append(Fault(method, f"^{path}([?]|$)", nth=nth, reset_after=0))
        (outcome,) = pusher.push(f"{registry.address}/a/b:v1")
        if registry.tag("a/b", "v1"):
            assert all(blob.digest in registry.blobs for blob in BLOBS)
        else:
            assert isinstance(outcome, PublishError)
        result(pusher, registry)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
