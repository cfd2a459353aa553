"""Connections that break at any byte, answers that never end, blobs that get lost."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.faults.kinds import REQUESTS
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.registry.http.retry import RetryPolicy
from xpkg_tool.registry.pull import pull

BLOBS = open_archive(str(HYBRID)).blobs


def check_complete(registry: FakeRegistry) -> None:
    assert registry.tag("a/b", "v1") == HYBRID_DIGEST
    assert all(registry.has("a/b", blob.digest) for blob in BLOBS)


@pytest.mark.parametrize("by_reset", [False, True], ids=["end", "reset"])
@pytest.mark.parametrize("request_", REQUESTS, ids=" ".join)
def test_an_answer_that_breaks_off_at_any_byte(
    pusher: Pusher, request_: tuple[str, str], by_reset: bool
) -> None:
    for k in (0, 8, 12, 15, 17, 40, 70, 100, 130, 160):
        fault = Fault(*request_, cut_after=k, cut_by_reset=by_reset)
        with running("", fault) as registry:
            result(pusher, registry)
            check_complete(registry)


def test_an_upload_address_that_breaks_off_is_not_used(pusher: Pusher) -> None:
    """A header line that ends with the connection is half a line."""
    for k in range(80, 200, 5):
        with running("", Fault("POST", "uploads", cut_after=k)) as registry:
            result(pusher, registry)
            check_complete(registry)
            ids = {s.path.rpartition("/")[2] for s in registry.seen if s.method == "PUT"}
            assert ids <= {"id1", "id2", "id3", "id4", "v1", HYBRID_DIGEST}


def test_a_challenge_that_breaks_off_sends_no_password_elsewhere(pusher: Pusher) -> None:
    """`realm="http://127.0.0.1:50` would be another server."""
    for k in range(90, 260, 8):
        with running("token", Fault("GET", "/v2/$", cut_after=k)) as registry:
            pusher.login(registry.address, USER, PASSWORD)
            result(pusher, registry)
            check_complete(registry)
            assert registry.issued == 1


@pytest.mark.parametrize("after", [0, 1, 1000, 65_536, 1_000_000, 3_000_000])
def test_an_upload_that_breaks_at_any_byte(pusher: Pusher, tmp_path: Path, after: int) -> None:
    archive = make_archive(tmp_path / "a", bytes(3_000_000))
    with running("", Fault("PUT", "uploads", nth=2, reset_after=after)) as registry:
        result(pusher, registry, archive)
        assert registry.tag("a/b", "v1") == open_archive(str(archive)).digest
        # Not the old upload again, of which nobody knows how far it came.
        puts = [s.path for s in registry.seen if s.method == "PUT" and "uploads" in s.path]
        assert len(puts) == len(set(puts)) == 3


@pytest.mark.parametrize("request_", REQUESTS, ids=" ".join)
def test_an_answer_that_drips(pusher: Pusher, request_: tuple[str, str]) -> None:
    """A byte now and then keeps no time-out from passing."""
    pusher.read_timeout, pusher.policy = 0.15, RetryPolicy(attempts=1)
    with running("", Fault(*request_, nth=0, drip=0.02)) as registry:
        start = time.monotonic()
        assert "no answer within 0.15 seconds" in error(pusher, registry)
        assert time.monotonic() - start < 1.0


def test_a_body_that_drips(pusher: Pusher) -> None:
    pusher.read_timeout, pusher.policy = 0.15, RetryPolicy(attempts=1)
    fault = Fault("GET", "/v2/$", drip=0.001, body=bytes(10_000), status=401)
    with running("", fault) as registry:
        start = time.monotonic()
        assert "no answer within 0.15 seconds" in error(pusher, registry)
        assert time.monotonic() - start < 1.0


def test_a_blob_that_drips(pusher: Pusher) -> None:
    """Reading: what came is kept, and it goes on from there, but not for ever."""
    with running() as registry:
        result(pusher, registry)
        registry.faults.append(Fault("GET", "blobs", nth=0, drip=0.02))
        pusher.read_timeout, pusher.policy = 0.15, RetryPolicy(attempts=2)
        start = time.monotonic()
        with closing(pusher.connect(registry.address)) as connection:
            image = pull(parse(f"{registry.address}/a/b:v1"), connection)
            with pytest.raises(PublishError, match="no answer within"):
                image.open(image.blobs[0]).read()
        assert time.monotonic() - start < 10


def test_no_answer(pusher: Pusher) -> None:
    pusher.read_timeout = 0.15
    with running("", Fault("PUT", "manifests/v1$", delay=0.4)) as registry:
        result(pusher, registry)
        assert pusher.slept == [0.5]
        check_complete(registry)


def test_a_registry_that_pauses_in_the_middle_of_an_upload(pusher: Pusher, tmp_path: Path) -> None:
    """It may write to a slow disk: that is bounded by the time-out for answers, not by the one for
    connecting."""
    archive = make_archive(tmp_path / "a", bytes(30_000_000))
    pusher.connect_timeout, pusher.policy = 0.2, RetryPolicy(attempts=1)
    fault = Fault("PUT", "uploads", nth=2, pause_at=100_000, delay=0.6)
    with running("", fault) as registry:
        result(pusher, registry, archive)
        assert pusher.slept == []


@pytest.mark.parametrize("which", range(3))
def test_a_blob_that_was_accepted_and_is_not_there(pusher: Pusher, which: int) -> None:
    """201 and lost: MANIFEST_BLOB_UNKNOWN at the manifest, sent again, the tag afterwards."""
    with running("", Fault("PUT", "uploads", nth=which + 1, lose=True)) as registry:
        result(pusher, registry)
        check_complete(registry)
        manifests = [s.path for s in registry.seen if s.method == "PUT" and "manifests" in s.path]
        assert [path.rpartition("/")[2] for path in manifests] == [
            HYBRID_DIGEST,
            HYBRID_DIGEST,
            "v1",
        ]


def test_blobs_that_are_always_lost(pusher: Pusher) -> None:
    with running("", Fault("PUT", "uploads", nth=0, lose=True)) as registry:
        assert "MANIFEST_BLOB_UNKNOWN" in error(pusher, registry)
        assert not registry.manifests


def test_a_registry_that_says_it_has_a_blob_and_has_not(pusher: Pusher) -> None:
    with running("", Fault("HEAD", "blobs", nth=0, status=200)) as registry:
        result(pusher, registry)
        check_complete(registry)


def test_connections_are_used_again(pusher: Pusher) -> None:
    """Also after an answer without a body: a new connection costs more than most requests."""
    connections = []
    with running("token") as registry:
        accept = registry.server.get_request
        registry.server.get_request = (  # type: ignore[method-assign]
            lambda: connections.append(1) or accept()  # type: ignore[func-returns-value]
        )
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert len(registry.seen) == 17
        assert len(connections) == 1
