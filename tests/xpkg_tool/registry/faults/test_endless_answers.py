"""Answers that do not end, servers that fall silent, and anything in place of an answer."""

from __future__ import annotations

import gzip
import os
import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.faults.kinds import REQUESTS
from tests.xpkg_tool.registry.hostile_answers import CODINGS, ENDLESS, MOST, any_answer
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.inspection.verify import verify
from xpkg_tool.registry.http.retry import RetryPolicy


def endless(registry: FakeRegistry, method: str, path: str, name: str, status: int) -> None:
    registry.faults.append(Fault(method, path, nth=0, endless=lambda: ENDLESS[name](status)))


_REQUESTS = [("GET", "/v2/$", 401), ("GET", "/token", 200), ("POST", "uploads", 202)]


@pytest.mark.parametrize(
    ("name", "request_"),
    [*((name, _REQUESTS[0]) for name in ENDLESS), *(("trailers", r) for r in _REQUESTS[1:])],
)
def test_an_endless_answer_is_given_up(
    pusher: Pusher, name: str, request_: tuple[str, str, int]
) -> None:
    pusher.policy = RetryPolicy(attempts=1)
    method, path, status = request_
    with running("token" if path == "/token" else "") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        endless(registry, method, path, name, status)
        assert "itself failed" not in error(pusher, registry)
        assert registry.endless_bytes < MOST / 2


@pytest.mark.parametrize("name", ["header line", "chunk size", "chunk extension", "trailer line"])
def test_an_endless_line_is_not_held_in_memory(pusher: Pusher, name: str) -> None:
    pusher.policy = RetryPolicy(attempts=1)
    with running() as registry:
        endless(registry, "GET", "/v2/$", name, 401)
        tracemalloc.start()
        error(pusher, registry)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8_000_000


def test_what_surrounds_a_body_is_bounded_and_said_to_be(pusher: Pusher) -> None:
    with running() as registry:
        endless(registry, "GET", "/v2/$", "trailers", 200)
        assert "the head of its answer, or the framing of its body, never ends" in error(
            pusher, registry
        )
        # That will not be better the next time.
        assert pusher.slept == []


@pytest.mark.parametrize(("size", "length"), [(1, 50_000), (64, 1_000_000), (4096, 4_000_000)])
def test_a_body_may_come_in_small_chunks(pusher: Pusher, size: int, length: int) -> None:
    """A small one in chunks of a byte each, if a server likes that."""
    body = b"t" * length
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    head = b"HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw = head + chunks + b"0\r\nX-Trailer: x\r\n\r\n"
    with running("", Fault("GET", "/v2/$", raw=raw)) as registry:
        assert "status 404 for /v2/" in error(pusher, registry)


def test_a_server_that_falls_silent(pusher: Pusher) -> None:
    """After 200 kB, which used to be worth 20 seconds more."""
    pusher.read_timeout, pusher.policy = 0.3, RetryPolicy(attempts=1)

    def silent() -> Iterator[bytes]:
        yield b"HTTP/1.1 401 X\r\nContent-Length: 1000000\r\n\r\n" + bytes(200_000)
        deadline = time.monotonic() + 15
        while waiting and time.monotonic() < deadline:
            time.sleep(0.05)

    waiting = [True]
    with running("", Fault("GET", "/v2/$", endless=silent)) as registry:
        start = time.monotonic()
        assert "no answer within 0.3 seconds" in error(pusher, registry)
        assert time.monotonic() - start < 10
        waiting.clear()


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("request_", REQUESTS, ids=" ".join)
def test_a_false_content_encoding(pusher: Pusher, request_: tuple[str, str], coding: str) -> None:
    """Of answers whose content matters, and of those whose content does not."""
    fault = Fault(*request_, nth=0, change={"Content-Encoding": coding})
    with running("", fault) as registry:
        result(pusher, registry)


def test_a_token_in_gzip(pusher: Pusher) -> None:
    """Some proxies compress what nobody asked them to."""
    with running("token") as registry:
        registry.tokens["canary-given"] = ("repository:a/b:pull,push",)
        body = gzip.compress(b'{"token": "canary-given"}')
        headers = {"Content-Encoding": "gzip"}
        registry.faults.append(
            Fault("GET", "/token", nth=0, status=200, headers=headers, body=body)
        )
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)


# urllib3 leaves the socket of an answer with two lengths to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_any_answers(pusher: Pusher) -> None:
    """Whatever comes instead of the right answer: a sentence, or it works. XPKG_MUTATIONS says how
    many are tried."""
    pusher.policy, source = RetryPolicy(attempts=1), random.Random(43)
    pusher.read_timeout = 0.5
    requests = [*REQUESTS, ("GET", "manifests"), ("GET", "blobs")]
    for number in range(int(os.environ.get("XPKG_MUTATIONS", "60"))):
        with running() as registry:
            reference = f"{registry.address}/a/b:v1"
            method, path = requests[number % len(requests)]
            if method == "GET" and "v2" not in path:
                pusher.push(reference)
            fault = Fault(method, path, nth=0, raw=any_answer(source) or b"\r\n")
            registry.faults.append(fault)
            if method == "GET":
                messages = [f.message for f in verify(reference, connect=pusher.connect)]
            else:
                messages = [str(outcome) for outcome in pusher.push(reference)]
            assert not any("itself failed" in message for message in messages), (messages, fault)
