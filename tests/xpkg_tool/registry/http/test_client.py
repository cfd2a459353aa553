"""Answers that are none, redirects, proxies, plain http, and memory."""

from __future__ import annotations

import socket
import threading
import tracemalloc
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.registry.http.retry import RetryPolicy

BLOBS = open_archive(str(HYBRID)).blobs


def test_no_answer(pusher: Pusher) -> None:
    """A registry that accepts and says nothing."""
    pusher.read_timeout, pusher.policy = 0.2, RetryPolicy(attempts=2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        assert "no answer within 0.2 seconds (2 attempts)" in error(pusher, address)


def test_an_answer_that_is_no_http(pusher: Pusher) -> None:
    pusher.policy = RetryPolicy(attempts=1)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def answer() -> None:
            connection, _ = server.accept()
            connection.recv(4096)
            connection.sendall(b"SSH-2.0-canary\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        assert "could not be used" in error(pusher, f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()


@pytest.mark.parametrize("after", [0, 1, 100, 50_000, 150_000])
def test_reset_in_the_middle_of_an_upload(pusher: Pusher, tmp_path: Path, after: int) -> None:
    """A new upload, and no tag before all is there."""
    archive = make_archive(tmp_path / "a", bytes(200_000))
    with running("", Fault("PUT", "uploads", nth=2, reset_after=after)) as registry:
        outcome = result(pusher, registry, archive)
        assert registry.count("POST") == 3
        assert pusher.slept == [0.5]
        assert outcome.transfer.blobs_sent == 2
        assert registry.tag("a/b", "v1") == open_archive(str(archive)).digest


@pytest.mark.parametrize(
    ("method", "path"), [("HEAD", "blobs"), ("POST", "uploads"), ("PUT", "manifests")]
)
def test_reset_elsewhere(pusher: Pusher, method: str, path: str) -> None:
    with running("", Fault(method, path, reset_after=0)) as registry:
        result(pusher, registry)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_a_reset_that_stays(pusher: Pusher) -> None:
    with running("", Fault("PUT", "uploads", nth=0, reset_after=10)) as registry:
        assert "(4 attempts)" in error(pusher, registry)
        assert not registry.manifests


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_carries_no_credential(pusher: Pusher, status: int) -> None:
    with running() as other, running("basic") as registry:
        headers = {"Location": f"http://{other.address}/elsewhere?sig=canary"}
        registry.faults.append(Fault("HEAD", "blobs", nth=0, status=status, headers=headers))
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert len(other.seen) == 3
        assert {s.authorization for s in other.seen} == {""}


def test_an_upload_address_on_another_host_gets_no_credential(pusher: Pusher) -> None:
    with running() as other, running("basic") as registry:
        registry.upload_base = f"http://canary-user:canary@{other.address}"
        pusher.login(registry.address, USER, PASSWORD)
        # The blobs go elsewhere, so the manifest is refused; what counts is what the other saw.
        assert "MANIFEST_BLOB_UNKNOWN" in error(pusher, registry)
        assert len(other.blobs) == 3
        assert {s.authorization for s in other.seen} == {""}


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirected_upload(pusher: Pusher, status: int) -> None:
    with running("basic") as registry:
        headers = {"Location": "/v2/a/b/blobs/uploads/moved?digest=" + BLOBS[0].digest}
        registry.faults.append(Fault("PUT", "uploads/id", status=status, headers=headers))
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


@pytest.mark.parametrize(("method", "path"), [("PUT", "uploads"), ("PUT", "manifests")])
def test_no_body_is_sent_along_to_another_host(pusher: Pusher, method: str, path: str) -> None:
    """Nor to another port of the same one."""
    with running() as other, running() as registry:
        headers = {"Location": f"http://{other.address}/elsewhere?sig=canary"}
        registry.faults.append(Fault(method, path, nth=0, status=307, headers=headers))
        assert "redirected a request with a body" in error(pusher, registry)
        assert other.seen == []


def test_a_write_is_not_turned_into_a_read(pusher: Pusher) -> None:
    with running("", Fault("PUT", "uploads", status=302, headers={"Location": "/v2/"})) as registry:
        assert "has the status 302" in error(pusher, registry)


def test_redirects_without_end(pusher: Pusher) -> None:
    fault = Fault("HEAD", "", nth=0, status=307, headers={"Location": "/loop?sig=canary"})
    with running("", fault) as registry:
        assert "more than 5 redirects" in error(pusher, registry)


def test_an_endless_answer(pusher: Pusher) -> None:
    with running("", Fault("GET", "/v2/", status=401, body=bytes(5_000_000))) as registry:
        assert "longer than 4194304 bytes" in error(pusher, registry)


def test_loopback_needs_no_proxy(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://user:canary@{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with running() as registry:
        result(pusher, registry)


def test_a_proxy_is_used_for_others(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the fake registry is the proxy."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", f"http://user:canary@{closed_port()}")
    pusher.policy = RetryPolicy(attempts=1)
    assert "the proxy could not be used" in error(pusher, "registry.invalid")


def test_plain_http_where_https_is_expected(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails closed, at once."""
    with running() as registry:
        monkeypatch.setattr("xpkg_tool.registry.connection.scheme_of", lambda *_, **__: "https")
        message = error(pusher, registry)
        assert "is not trusted" in message
        assert pusher.slept == []
        assert not registry.seen


def test_memory(pusher: Pusher, tmp_path: Path) -> None:
    """A layer is streamed: what Python holds at once stays far below its size."""
    archive = make_archive(tmp_path / "a", bytes(30_000_000))
    pusher.policy = RetryPolicy(attempts=1)
    # The registry throws away what it reads, so that it holds nothing itself.
    fault = Fault("PUT", "uploads", nth=5, reset_after=25_000_000)
    with running("", fault) as registry:
        result(pusher, registry)
        tracemalloc.start()
        (outcome,) = pusher.push(f"{registry.address}/a:v1", archive=archive)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert isinstance(outcome, PublishError)
        assert registry.seen[-1].length > 30_000_000 - 1
    assert peak < 6_000_000
