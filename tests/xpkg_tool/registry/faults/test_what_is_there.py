"""What is there is not sent again, and a tag comes last whatever fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.registry.http.retry import RetryPolicy

BLOBS = open_archive(str(HYBRID)).blobs


@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_up_to_date_writes_nothing(pusher: Pusher, auth: str) -> None:
    """One request, beyond one probe and one token."""
    with running(auth) as registry:
        pusher.login(registry.address, "alice", "canary-password")
        result(pusher, registry)
        registry.seen.clear()
        assert result(pusher, registry).action == "up to date"
        beyond = [s for s in registry.seen if s.path not in ("/v2/", "/token")]
        assert [(s.method, s.path) for s in beyond] == [("HEAD", "/v2/a/b/manifests/v1")]


def test_blobs_that_are_there_are_not_sent(pusher: Pusher, tmp_path: Path) -> None:
    pusher.mutable_tags = ("v1",)
    with running() as registry:
        result(pusher, registry, make_archive(tmp_path / "1", b"one", b"two"))
        registry.seen.clear()
        second = result(pusher, registry, make_archive(tmp_path / "2", b"one", b"three"))
        assert (second.transfer.blobs_sent, second.transfer.blobs_skipped) == (1, 2)
        assert registry.count("POST") == 1


def test_blobs_of_another_repository_do_not_count(pusher: Pusher) -> None:
    with running() as registry:
        pusher.push(f"{registry.address}/c/d:v1")
        assert result(pusher, registry).action == "pushed"
        assert all(registry.has("a/b", blob.digest) for blob in BLOBS)


@pytest.mark.parametrize("kind", ["reset", "end", "500", "403"])
def test_wherever_it_fails_no_tag_points_to_an_incomplete_image(pusher: Pusher, kind: str) -> None:
    """Each request of a first push fails, without and with having had its effect; then it runs
    again. Two tags, so that it also fails between them."""
    pusher.policy = RetryPolicy(attempts=1)
    with running() as registry:
        references = [f"{registry.address}/a/b:{tag}" for tag in ("v1", "latest")]
        pusher.push(*references)
        steps = [(s.method, s.path) for s in registry.seen]
    for step, (method, path) in enumerate(steps):
        nth = steps[: step + 1].count((method, path))
        fault = {
            "reset": Fault(method, f"^{path}([?]|$)", nth, reset_after=0),
            "end": Fault(method, f"^{path}([?]|$)", nth, cut_after=3),
            "500": Fault(method, f"^{path}([?]|$)", nth, status=500),
            "403": Fault(method, f"^{path}([?]|$)", nth, status=403),
        }[kind]
        with running("", fault) as registry:
            references = [f"{registry.address}/a/b:{tag}" for tag in ("v1", "latest")]
            outcomes = pusher.push(*references)
            assert any(isinstance(outcome, PublishError) for outcome in outcomes), (method, path)
            for tag in ("v1", "latest"):
                if registry.tag("a/b", tag):
                    assert all(registry.has("a/b", blob.digest) for blob in BLOBS)
            again = pusher.push(*references)
            assert not any(isinstance(outcome, PublishError) for outcome in again)
            assert registry.tag("a/b", "v1") == registry.tag("a/b", "latest") == HYBRID_DIGEST


def test_a_registry_without_referrers_is_as_good(pusher: Pusher) -> None:
    """Nothing is asked of that API, nor is its fallback tag written."""
    with running("", Fault("", "referrers", nth=0, status=404)) as registry:
        result(pusher, registry)
        assert registry.count("", "referrers") == 0
        assert {name for _, name in registry.manifests} == {"v1", HYBRID_DIGEST}
