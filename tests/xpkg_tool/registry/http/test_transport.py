"""Which requests are made again, and when a registry is given up."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.hostile_answers import DATES
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.registry.http.retry import RetryPolicy

BLOBS = open_archive(str(HYBRID)).blobs


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v2/$"), ("HEAD", "blobs"), ("POST", "uploads"), ("PUT", "uploads"), ("PUT", "v1$")],
)
def test_statuses_that_may_pass(pusher: Pusher, status: int, method: str, path: str) -> None:
    with running("", Fault(method, path, status=status, body=b"canary")) as registry:
        result(pusher, registry)
        assert pusher.slept == [0.5]
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


@pytest.mark.parametrize("status", [400, 404, 405, 413, 418])
def test_statuses_that_will_not_pass(pusher: Pusher, status: int) -> None:
    body = b'{"errors":[{"code":"NAME_INVALID","message":"canary"},{"code":"canary"}]}'
    with running("", Fault("POST", "uploads", nth=0, status=status, body=body)) as registry:
        message = error(pusher, registry)
        assert f"has the status {status}, NAME_INVALID" in message
        assert registry.count("POST") == 1
        assert pusher.slept == []


@pytest.mark.parametrize(
    ("value", "pause"), [("7", 7.0), ("Wed, 01 Jan 2020 00:00:09 GMT", 9.0), ("soon", 0.5)]
)
def test_retry_after(pusher: Pusher, value: str, pause: float) -> None:
    """Seconds, a date, or rubbish."""
    fault = Fault("HEAD", "manifests", status=429, headers={"Retry-After": value})
    with running("", fault) as registry:
        result(pusher, registry)
        assert pusher.slept == [pause]


def test_it_gives_up(pusher: Pusher) -> None:
    with running("", Fault("HEAD", "manifests", nth=0, status=503)) as registry:
        message = error(pusher, registry)
        assert "answered with status 503 (4 attempts)" in message
        assert registry.count("HEAD") == 4
        assert pusher.slept == [0.5, 1.0, 2.0]


def test_connection_refused(pusher: Pusher) -> None:
    address = closed_port()
    assert error(pusher, address) == (
        f"The registry {address} could not be used: connection refused (4 attempts)"
    )
    (outcome,) = pusher.push(f"{address}/a:v1")
    assert isinstance(outcome, PublishError)
    assert outcome.finding.remedy.endswith("what has already been sent is not sent again.")


@pytest.mark.parametrize(("method", "path"), [("HEAD", "manifests"), ("GET", "/v2/$")])
def test_a_redirect_to_a_host_that_is_down(pusher: Pusher, method: str, path: str) -> None:
    """It is named, not the registry, which is well."""
    dead = closed_port()
    headers = {"Location": f"http://user:canary@{dead}/x?canary=1"}
    fault = Fault(method, path, nth=0, status=307, headers=headers)
    with running("", fault) as registry:
        assert error(pusher, registry) == (
            f"The registry {registry.address} leads to {dead}, which could not be used: connection "
            "refused (4 attempts)"
        )


def test_a_registry_that_is_down_is_not_asked_again_for_every_reference(pusher: Pusher) -> None:
    address = closed_port()
    outcomes = pusher.push(f"{address}/a:v1", f"{address}/a:v2", f"{address}/b:v1")
    assert pusher.slept == [0.5, 1.0, 2.0]
    places = [o.finding.path for o in outcomes if isinstance(o, PublishError)]
    assert places == [f"{address}/a:v1", f"{address}/a:v2", f"{address}/b:v1"]


def test_unknown_host(pusher: Pusher) -> None:
    pusher.policy = RetryPolicy(attempts=1)
    message = error(pusher, "no-such-registry.invalid:5000")
    assert "could not be used" in message
    assert "(1 attempt)" in message


@pytest.mark.parametrize("name", ["Retry-After", "Date"])
@pytest.mark.parametrize("value", DATES)
def test_dates_that_are_none(pusher: Pusher, name: str, value: str) -> None:
    headers = {"Retry-After": "Wed, 01 Jan 2020 00:00:00 GMT", name: value}
    with running("", Fault("HEAD", "manifests", status=429, headers=headers)) as registry:
        registry.date = headers.get("Date", registry.date)
        (outcome,) = pusher.push(f"{registry.address}/a/b:v1")
        assert "itself failed" not in str(outcome)
        if isinstance(outcome, PublishError):
            assert "asking to wait" in str(outcome)
