"""Sending blobs: mounted where they are elsewhere, in parallel, and ended by the first failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST, make_archive
from tests.xpkg_tool.publish.writing import good, opened, written
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError


def test_mounted(pusher: Pusher) -> None:
    """Out of a repository that may have the blobs: nothing is uploaded."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        written(pusher, f"{registry.address}/from:v1")
        registry.seen.clear()
        (outcome,) = written(pusher, f"{registry.address}/to:v1", mount_from=("from",))
        assert (good(outcome).transfer.blobs_mounted, good(outcome).transfer.blobs_sent) == (3, 0)
        assert good(outcome).transfer.bytes_skipped == sum(blob.size for blob in opened().blobs)
        assert registry.count("PUT", "/blobs/") == 0
        (asked,) = [s for s in registry.seen if s.path == "/token"]
        assert "scope=repository%3Ato%3Apull%2Cpush&scope=repository%3Afrom%3Apull" in asked.target


@pytest.mark.parametrize("status", [202, 401, 403, 404, 405, 500])
def test_not_mounted(pusher: Pusher, status: int) -> None:
    with running() as registry:
        written(pusher, f"{registry.address}/from:v1")
        registry.mount_status = status
        registry.seen.clear()
        (outcome,) = written(pusher, f"{registry.address}/to:v1", mount_from=("from",))
        assert (good(outcome).transfer.blobs_mounted, good(outcome).transfer.blobs_sent) == (0, 3)
        assert registry.tag("to", "v1") == HYBRID_DIGEST
        # The upload that 202 opens is used; what refuses costs one request more for each blob.
        assert registry.count("POST") == (3 if status == 202 else 6)
        assert pusher.slept == []


def test_a_mount_that_was_none(pusher: Pusher) -> None:
    """201 for a blob that is not there: the manifest tells, and it is sent."""
    with running("", Fault("POST", "mount=", nth=0, status=201)) as registry:
        written(pusher, f"{registry.address}/from:v1")
        (outcome,) = written(pusher, f"{registry.address}/to:v1", mount_from=("from",))
        assert (good(outcome).transfer.blobs_mounted, good(outcome).transfer.blobs_sent) == (0, 3)
        assert registry.tag("to", "v1") == HYBRID_DIGEST


def test_what_one_repository_got_another_one_mounts(pusher: Pusher) -> None:
    with running() as registry:
        base = registry.address
        outcomes = [
            good(o) for o in written(pusher, f"{base}/a:v1", f"{base}/b:v1", f"{base}/b:v2")
        ]
        assert [o.action for o in outcomes] == ["pushed", "pushed", "tagged"]
        assert [o.transfer.blobs_mounted for o in outcomes] == [0, 3, 0]
        # It is known to have them, so that nobody asks whether the other one does.
        assert outcomes[1].transfer.requests == 3 + 1 + 3
        assert registry.count("PUT", "/blobs/") == 3


def test_a_token_that_was_not_asked_for_mounting_is_replaced(pusher: Pusher) -> None:
    """After the plan there is one for each repository, or for all of them; both will do."""
    for most in (0, 1):
        with running("token") as registry:
            pusher.login(registry.address, USER, PASSWORD)
            base, registry.most_scopes = registry.address, most
            outcomes = [good(o) for o in pusher.push(f"{base}/a:v1", f"{base}/b:v1")]
            assert [o.action for o in outcomes] == ["pushed", "pushed"]
            assert registry.issued == (1 if most == 0 else 2)
            assert outcomes[1].transfer.blobs_mounted == 3


def test_no_more_connections_than_were_allowed(pusher: Pusher, tmp_path: Path) -> None:
    """Blobs go in parallel; at no time are more requests under way, and one is enough."""
    archive = make_archive(tmp_path / "many", *(b"layer %d" % n for n in range(12)))
    for connections in (1, 3):
        slow = Fault("HEAD", "/blobs/", nth=0, hold=0.05)
        with running("", slow) as registry:
            address = registry.address
            (outcome,) = written(
                pusher, f"{address}/a:v1", artifact=opened(archive), connections=connections
            )
            assert good(outcome).transfer.blobs_sent == 13
            assert registry.most_at_once == connections


def test_the_first_failure_ends_what_is_parallel(pusher: Pusher, tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "many", *(b"layer %d" % n for n in range(12)))
    with running("", Fault("POST", "uploads", nth=0, status=400)) as registry:
        (outcome,) = written(
            pusher, f"{registry.address}/a:v1", artifact=opened(archive), connections=2
        )
        assert isinstance(outcome, PublishError)
        assert registry.count("POST") <= 3
        assert not registry.manifests
