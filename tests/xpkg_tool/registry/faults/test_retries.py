"""What is tried again, how often, and for how long."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from tests.xpkg_tool.registry.faults.kinds import REQUESTS
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.registry.http.retry import RetryPolicy

FINAL = [400, 403, 404, 405, 409, 412, 413, 416, 431, 451, 501, 505]


def tag(registry: FakeRegistry) -> str | None:
    return registry.tag("a/b", "v1")


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("-7", 0.5),
        ("1.5", 0.5),
        ("Wed, 01 Jan 2020 00:00:09 GMT", 9.0),
        ("Wednesday, 01-Jan-20 00:00:09 GMT", 9.0),
        ("Wed Jan  1 00:00:09 2020", 9.0),
        ("Wed, 01 Jan 2020 01:00:09 +0100", 9.0),
        ("Tue, 31 Dec 2019 23:00:00 GMT", 0.0),
        ("Wed, 99 Jan 2020 00:00:09 GMT", 0.5),
        ("", 0.5),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(pusher: Pusher, value: str, pause: float) -> None:
    fault = Fault("PUT", "manifests", status=429, headers={"Retry-After": value})
    with running("", fault) as registry:
        result(pusher, registry)
        assert pusher.slept == [pause]


@pytest.mark.parametrize("value", ["121", "9" * 40, "Wed, 01 Jan 2020 00:02:01 GMT"])
def test_retry_after_beyond_the_deadline_is_not_waited_for(pusher: Pusher, value: str) -> None:
    fault = Fault("PUT", "manifests", nth=0, status=503, headers={"Retry-After": value})
    with running("", fault) as registry:
        message = error(pusher, registry)
        assert "answered with status 503, asking to wait" in message
        assert "(1 attempt)" in message
        assert pusher.slept == []
        assert registry.count("PUT", "manifests") == 1


def test_the_deadline_counts_all_attempts(pusher: Pusher) -> None:
    pusher.policy = RetryPolicy(attempts=100)
    fault = Fault("POST", "uploads", nth=0, status=429, headers={"Retry-After": "50"})
    with running("", fault) as registry:
        message = error(pusher, registry)
        assert "asking to wait 50 seconds (3 attempts)" in message
        assert pusher.slept == [50.0, 50.0]


@pytest.mark.parametrize("request_", REQUESTS, ids=" ".join)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_backoff_is_bounded(pusher: Pusher, request_: tuple[str, str], status: int) -> None:
    """Passes after three failures; four are the end of it. The message says how many there were."""
    with running("", *(Fault(*request_, nth=n, status=status) for n in (1, 2, 3))) as registry:
        result(pusher, registry)
        assert pusher.slept == [0.5, 1.0, 2.0]
        assert tag(registry) == HYBRID_DIGEST
    pusher.slept.clear()
    with running("", Fault(*request_, nth=0, status=status, body=b"canary")) as registry:
        message = error(pusher, registry)
        assert f"answered with status {status} (4 attempts)" in message
        assert pusher.slept == [0.5, 1.0, 2.0]
        assert tag(registry) is None


@pytest.mark.parametrize("request_", REQUESTS[4:], ids=" ".join)
@pytest.mark.parametrize("status", FINAL)
def test_what_will_not_pass_is_not_tried_again(
    pusher: Pusher, request_: tuple[str, str], status: int
) -> None:
    fault = Fault(*request_, nth=0, status=status, headers={"Retry-After": "1"}, body=b"canary")
    with running("", fault) as registry:
        assert f"status {status}" in error(pusher, registry)
        assert registry.seen[-1].method == request_[0]
        assert registry.counts[id(fault)] == 1
        assert pusher.slept == []
        assert tag(registry) is None


def test_too_large_for_the_registry(pusher: Pusher) -> None:
    """A proxy says so before it has read all, and hangs up."""
    fault = Fault("PUT", "uploads", nth=0, status=413, early=True)
    with running("", fault) as registry:
        (outcome,) = pusher.push(f"{registry.address}/a/b:v1")
        assert "status 413" in str(outcome)
        assert "limits the size of uploads" in str(outcome)
