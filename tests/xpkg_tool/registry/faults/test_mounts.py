"""A blob that the registry has elsewhere is mounted, or else sent."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.push import PushResult
from xpkg_tool.registry.http.retry import RetryPolicy

BLOBS = open_archive(str(HYBRID)).blobs


def push_to_both(pusher: Pusher, registry: FakeRegistry) -> PushResult:
    """What came of the second one, whose blobs the first one has."""
    pusher.login(registry.address, USER, PASSWORD)
    outcomes = pusher.push(f"{registry.address}/a/b:v1", f"{registry.address}/c/d:v1")
    for name, outcome in zip(("a/b", "c/d"), outcomes):
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag(name, "v1") == HYBRID_DIGEST
        assert all(registry.has(name, blob.digest) for blob in BLOBS)
    second = outcomes[1]
    assert isinstance(second, PushResult)
    return second


@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_mounted(pusher: Pusher, auth: str) -> None:
    with running(auth) as registry:
        second = push_to_both(pusher, registry)
        assert (second.transfer.blobs_mounted, second.transfer.blobs_sent) == (len(BLOBS), 0)


@pytest.mark.parametrize("auth", ["", "basic", "token"])
@pytest.mark.parametrize("status", [202, 400, 401, 403, 404, 405, 500, 503])
def test_not_mounted_but_sent(pusher: Pusher, auth: str, status: int) -> None:
    """At once: a mount is not worth waiting for."""
    with running(auth) as registry:
        registry.mount_status = status
        second = push_to_both(pusher, registry)
        assert (second.transfer.blobs_mounted, second.transfer.blobs_sent) == (0, len(BLOBS))
        assert pusher.slept == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "mount=", nth=0, reset_after=0),
        Fault("POST", "mount=", nth=0, cut_after=20),
        Fault("POST", "mount=", nth=0, status=201),
        Fault("POST", "mount=", nth=0, status=202),
        Fault("POST", "mount=", nth=0, status=200),
        Fault("POST", "mount=", nth=0, status=307, headers={"Location": "http://[canary"}),
        Fault("POST", "mount=", nth=0, status=307, body=bytes(5_000_000)),
    ],
    ids=["reset", "cut", "201 and not there", "no address", "200", "redirect", "long"],
)
def test_a_mount_that_goes_wrong(pusher: Pusher, fault: Fault) -> None:
    with running("", fault) as registry:
        push_to_both(pusher, registry)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "mount=", nth=0, status=202, headers={"Location": "ftp://canary/"}),
        Fault("POST", "mount=", nth=0, change={"Docker-Content-Digest": f"sha256:{'0' * 64}"}),
    ],
    ids=["address", "digest"],
)
def test_what_would_be_an_error_of_an_upload_is_one_of_a_mount(
    pusher: Pusher, fault: Fault
) -> None:
    with running("", fault) as registry:
        _, outcome = pusher.push(f"{registry.address}/a/b:v1", f"{registry.address}/c/d:v1")
        assert "was not followed" in str(outcome) or "stored different bytes" in str(outcome)
        assert "canary" not in str(outcome)
        assert registry.tag("c/d", "v1") is None


def test_a_slow_mount_is_given_up(pusher: Pusher) -> None:
    pusher.read_timeout, pusher.policy = 0.2, RetryPolicy(attempts=1)
    with running("", Fault("POST", "mount=", nth=1, delay=0.5)) as registry:
        push_to_both(pusher, registry)
