"""A registry on loopback that fails any request in any way that a test asks for.

This module is the server: what is done to requests and answers. What the right answers are is in
fake_answers.py."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable
from urllib.parse import urlsplit

from tests.xpkg_tool.registry.fake_answers import (
    CANARY,
    IDENTITY_TOKEN,
    PASSWORD,
    SIGNATURE,
    USER,
    Answer,
    Request,
    State,
    answer,
)

__all__ = [
    "CANARY",
    "IDENTITY_TOKEN",
    "PASSWORD",
    "SIGNATURE",
    "USER",
    "FakeRegistry",
    "Fault",
    "Seen",
    "running",
]


@dataclass(frozen=True)
class Fault:
    """What happens instead of the right answer, to the `nth` (from 1; 0: every) request with this
    `method` ("": any) whose target matches `path` (searched)."""

    method: str
    path: str
    nth: int = 1
    # Answers this, and does nothing else.
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    # Answers this, byte for byte, and hangs up.
    raw: bytes = b""
    # Answers these bytes for as long as the client listens, and hangs up.
    endless: Callable[[], Iterator[bytes]] | None = None
    # Answers (`status`) without having read the request's body.
    early: bool = False
    # Bytes of the request's body to read before the connection is reset; -1: no reset.
    reset_after: int = -1
    # Bytes of the whole answer, status line and all, that are sent before the connection is closed
    # (`cut_by_reset`: reset); -1: all.
    cut_after: int = -1
    cut_by_reset: bool = False
    # Seconds before the answer; or, with `pause_at`, after that many bytes of the request's body.
    delay: float = 0.0
    pause_at: int = -1
    # Seconds after the request came in whole.
    hold: float = 0.0
    # Seconds between the single bytes of the answer.
    drip: float = 0.0
    # Answers rightly, but with these headers changed (None: left out), or with another content.
    change: Mapping[str, str | None] = field(default_factory=dict)
    content: bytes | None = None
    # Forgets this blob, then answers rightly.
    forget: str = ""
    # Answers rightly, but keeps nothing of what was sent.
    lose: bool = False
    # Is called before the right answer is made, or after.
    before: Callable[[FakeRegistry], object] | None = None
    after: Callable[[FakeRegistry], object] | None = None
    # Are called before the right answer is made, and between that and its sending; others are
    # answered meanwhile.
    arrived: Callable[[], object] | None = None
    meanwhile: Callable[[], object] | None = None


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    authorization: str
    length: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class FakeRegistry(State):
    """`auth`: "", "basic" or "token". `faults` and everything else may be changed by the test."""

    def __init__(
        self,
        auth: str = "",
        faults: tuple[Fault, ...] = (),
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self.auth = auth
        self.faults = list(faults)
        self.seen: list[Seen] = []
        self.counts: dict[int, int] = {}
        # What was sent of answers without an end.
        self.endless_bytes = 0
        # Requests that came in whole and were not answered yet: now, and the most there were.
        self.under_way = self.most_at_once = 0
        self.lock = threading.Lock()
        # Held while something is answered: requests change the state one after another.
        self.state_lock = threading.RLock()
        registry = self

        class Handler(_Handler):
            pass

        class Server(_Server):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

        Handler.registry = registry
        self.server = Server((host, 0), Handler)
        self.server.tls = tls
        self.port = self.server.server_port
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.scheme = "https" if tls else "http"
        # What its clock says: the time that `registry_tools.Pusher` has, too.
        self.date = "Wed, 01 Jan 2020 00:00:00 GMT"

    def count(self, method: str = "", path: str = "") -> int:
        return sum(s.method.startswith(method) and path in s.target for s in self.seen)

    def tag(self, repository: str, tag: str) -> str | None:
        found = self.manifests.get((repository, tag))
        return f"sha256:{hashlib.sha256(found[1]).hexdigest()}" if found else None

    def fault_for(self, method: str, target: str) -> Fault | None:
        with self.lock:
            found = None
            for fault in self.faults:
                if fault.method in ("", method) and re.search(fault.path, target):
                    self.counts[id(fault)] = self.counts.get(id(fault), 0) + 1
                    if fault.nth in (0, self.counts[id(fault)]) and found is None:
                        found = fault
            return found


@contextmanager
def running(
    auth: str = "", *faults: Fault, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[FakeRegistry]:
    registry = FakeRegistry(auth, faults, host=host, tls=tls)
    thread = threading.Thread(target=registry.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.server.shutdown()
        registry.server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # More connections at once than the default of 5 makes some of them wait for a second.
    request_queue_size = 64
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: a handshake may take as long as it likes."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with self.tls.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error: some tests are about that, and when its thread
        notices, the test may be over and its standard error closed. Nor is one that does not like
        our certificate."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry: FakeRegistry
    _fault: Fault

    def log_message(self, *_: object) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.registry.date

    def _handle(self) -> None:
        registry = self.registry
        length = int(self.headers.get("Content-Length") or 0)
        authorization = self.headers.get("Authorization", "")
        headers = {name.lower(): value for name, value in self.headers.items()}
        registry.seen.append(Seen(self.command, self.path, authorization, length, headers))
        fault = registry.fault_for(self.command, self.path) or Fault("", "")
        if fault.reset_after >= 0:
            self._discard(min(length, fault.reset_after))
            self._hang_up(reset=True)
            return
        if fault.raw:
            self._discard(length)
            self.wfile.write(fault.raw)
            self.close_connection = True
            return
        if fault.endless:
            self._discard(length)
            self.close_connection = True
            for piece in fault.endless():
                self.wfile.write(piece)
                registry.endless_bytes += len(piece)
            return
        if fault.early:
            self.close_connection = True
            self._fault = fault
            self._reply(fault.status, fault.headers, fault.body)
            return
        body = b""
        if fault.pause_at >= 0:
            body = self.rfile.read(min(length, fault.pause_at))
        if fault.delay:
            time.sleep(fault.delay)
        body += self.rfile.read(length - len(body))
        if len(body) < length:
            # The client went away. A real registry does not take half a blob either.
            self.close_connection = True
            return
        self._fault = fault
        with registry.lock:
            registry.under_way += 1
            registry.most_at_once = max(registry.most_at_once, registry.under_way)
        if fault.hold:
            time.sleep(fault.hold)
        if fault.arrived:
            fault.arrived()
        right = self._answer(fault, body, authorization)
        if fault.meanwhile:
            fault.meanwhile()
        # Before the client knows: it may ask again at once.
        with registry.lock:
            registry.under_way -= 1
        self._reply(right.status, right.headers, right.content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _answer(self, fault: Fault, body: bytes, authorization: str) -> Answer:
        registry = self.registry
        with registry.state_lock:
            if fault.before:
                fault.before(registry)
            if fault.forget:
                registry.blobs.pop(fault.forget, None)
            if fault.status:
                right = Answer(fault.status, fault.headers, fault.body)
            else:
                media_type = self.headers.get("Content-Type", "")
                request = Request(self.command, self.path, body, authorization, media_type)
                kept = registry.kept() if fault.lose else None
                right = answer(registry, request)
                if kept is not None:
                    registry.restore(kept)
                changed = {**right.headers, **fault.change}
                right = Answer(
                    right.status,
                    {k: v for k, v in changed.items() if v is not None},
                    right.content if fault.content is None else fault.content,
                )
            if fault.after:
                fault.after(registry)
            return right

    def _reply(self, status: int, headers: Mapping[str, Any], content: bytes) -> None:
        fault = self._fault
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name in headers):
            self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        whole: bytes = b"".join([*getattr(self, "_headers_buffer", []), b"\r\n"])
        self._headers_buffer: list[bytes] = []
        if self.command != "HEAD":
            whole += content
        if fault.cut_after >= 0:
            whole = whole[: fault.cut_after]
        for piece in [whole[i : i + 1] for i in range(len(whole))] if fault.drip else [whole]:
            self.wfile.write(piece)
            if fault.drip:
                time.sleep(fault.drip)
        if fault.cut_after >= 0:
            self._hang_up(reset=fault.cut_by_reset)

    def _discard(self, left: int) -> None:
        while left:
            read = len(self.rfile.read(min(left, 65536)))
            # The client may have gone away.
            left = left - read if read else 0

    def _hang_up(self, *, reset: bool) -> None:
        if reset:
            # Linger 0: the peer sees a reset instead of an end of file.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        self.close_connection = True
