"""A registry in this process, on loopback, that fails any request in any way that a test asks for.

It checks a manifest's blobs when the manifest is put, as real registries do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "alice", "canary-password"
IDENTITY_TOKEN = "canary-identity-token"
SIGNATURE = "canary-signature"
CANARY = "canary"


@dataclass(frozen=True)
class Fault:
    """What happens instead of the right answer, to the `nth` (from 1; 0: every) request with this
    `method` whose path matches `path` (searched)."""

    method: str
    path: str
    nth: int = 1
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    # Bytes of the request's body to read before the connection is reset; -1: no reset.
    reset_after: int = -1
    delay: float = 0.0
    # Answers rightly, but with these headers changed (None: left out).
    change: Mapping[str, str | None] = field(default_factory=dict)
    # Forgets this blob, then answers rightly.
    forget: str = ""


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    authorization: str
    length: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class FakeRegistry:
    """`auth`: "", "basic" or "token". `faults` and everything else may be changed by the test."""

    def __init__(self, auth: str = "", faults: tuple[Fault, ...] = ()) -> None:
        self.auth = auth
        self.faults = list(faults)
        self.seen: list[Seen] = []
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.tokens: dict[str, str] = {}
        self.issued = 0
        self.realm = ""
        self.upload_base = ""
        self.counts: dict[int, int] = {}
        self.lock = threading.Lock()
        registry = self

        class Handler(_Handler):
            pass

        Handler.registry = registry
        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"127.0.0.1:{self.server.server_port}"

    def count(self, method: str = "", path: str = "") -> int:
        return sum(s.method.startswith(method) and path in s.target for s in self.seen)

    def tag(self, repository: str, tag: str) -> str | None:
        found = self.manifests.get((repository, tag))
        return f"sha256:{hashlib.sha256(found[1]).hexdigest()}" if found else None

    def expire_tokens(self) -> None:
        self.tokens.clear()

    def fault_for(self, method: str, target: str) -> Fault | None:
        with self.lock:
            found = None
            for fault in self.faults:
                if fault.method == method and re.search(fault.path, target):
                    self.counts[id(fault)] = self.counts.get(id(fault), 0) + 1
                    if fault.nth in (0, self.counts[id(fault)]) and found is None:
                        found = fault
            return found


@contextmanager
def running(auth: str = "", *faults: Fault) -> Iterator[FakeRegistry]:
    registry = FakeRegistry(auth, faults)
    thread = threading.Thread(target=registry.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield registry
    finally:
        registry.server.shutdown()
        registry.server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error: some tests are about that, and when its thread
        notices, the test may be over and its standard error closed."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    registry: FakeRegistry

    def log_message(self, *_: object) -> None:
        pass

    def _handle(self) -> None:
        registry = self.registry
        length = int(self.headers.get("Content-Length") or 0)
        authorization = self.headers.get("Authorization", "")
        registry.seen.append(Seen(self.command, self.path, authorization, length))
        fault = registry.fault_for(self.command, self.path)
        if fault and fault.reset_after >= 0:
            left = min(length, fault.reset_after)
            while left:
                left -= len(self.rfile.read(min(left, 65536)))
            # Linger 0: the peer sees a reset instead of an end of file.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        body = self.rfile.read(length)
        if fault and fault.delay:
            time.sleep(fault.delay)
        if fault and fault.forget:
            registry.blobs.pop(fault.forget, None)
        if fault and fault.status:
            self._reply(fault.status, fault.headers, fault.body)
            return
        status, headers, content = self._answer(body, authorization)
        if fault:
            headers = {k: v for k, v in {**headers, **fault.change}.items() if v is not None}
        self._reply(status, headers, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = _handle

    def _reply(self, status: int, headers: Mapping[str, Any], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _answer(self, body: bytes, authorization: str) -> tuple[int, dict[str, Any], bytes]:
        registry, parts = self.registry, urlsplit(self.path)
        if parts.path == "/token":
            return self._token(parse_qs(parts.query or body.decode()), authorization)
        repository = re.sub(r"^/v2/|/?(manifests|blobs)/.*$", "", parts.path)
        denied = self._challenge(repository, authorization)
        if denied:
            return denied
        if parts.path == "/v2/":
            return 200, {}, b"{}"
        if "/manifests/" in parts.path:
            return self._manifest(repository, parts.path.rpartition("/")[2], body)
        if self.command == "POST":
            return (
                202,
                {"Location": f"{registry.upload_base}{parts.path}id?_state={SIGNATURE}"},
                b"",
            )
        if self.command == "PUT":
            digest = parse_qs(parts.query)["digest"][0]
            if f"sha256:{hashlib.sha256(body).hexdigest()}" != digest:
                return _error(400, "DIGEST_INVALID")
            registry.blobs[digest] = body
            return 201, {"Docker-Content-Digest": digest}, b""
        blob = registry.blobs.get(parts.path.rpartition("/")[2])
        return (404, {}, b"") if blob is None else (200, {}, blob)

    def _manifest(
        self, repository: str, name: str, body: bytes
    ) -> tuple[int, dict[str, Any], bytes]:
        registry = self.registry
        if self.command == "PUT":
            data = json.loads(body)
            if not all(d["digest"] in registry.blobs for d in (data["config"], *data["layers"])):
                return _error(400, "MANIFEST_BLOB_UNKNOWN")
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            for key in {name, digest}:
                registry.manifests[repository, key] = (self.headers["Content-Type"], body)
            return 201, {"Docker-Content-Digest": digest}, b""
        found = registry.manifests.get((repository, name))
        if found is None:
            return _error(404, "MANIFEST_UNKNOWN")
        digest = f"sha256:{hashlib.sha256(found[1]).hexdigest()}"
        return 200, {"Content-Type": found[0], "Docker-Content-Digest": digest}, found[1]

    def _challenge(self, repository: str, given: str) -> tuple[int, dict[str, Any], bytes] | None:
        registry = self.registry
        if registry.auth == "basic" and given != _basic(USER, PASSWORD):
            return 401, {"WWW-Authenticate": 'Basic realm="fake"'}, b"{}"
        if registry.auth == "token":
            scope = registry.tokens.get(given.partition(" ")[2], "")
            if not given.startswith("Bearer ") or (
                repository and scope not in self._enough(repository)
            ):
                realm = registry.realm or f"http://{registry.address}/token"
                header = f'Bearer realm="{realm}",service="fake, with comma",scope="x:y:pull"'
                return 401, {"WWW-Authenticate": header}, b"{}"
        return None

    def _enough(self, repository: str) -> list[str]:
        """The scopes with which this request is allowed."""
        scopes = [f"repository:{repository}:pull,push"]
        if self.command in ("GET", "HEAD"):
            scopes.append(f"repository:{repository}:pull")
        return scopes

    def _token(self, query: dict[str, list[str]], given: str) -> tuple[int, dict[str, Any], bytes]:
        registry = self.registry
        known = given == _basic(USER, PASSWORD) or query.get("refresh_token") == [IDENTITY_TOKEN]
        if not known or query.get("service") != ["fake, with comma"]:
            return 401, {}, f'{{"echo": "{given}"}}'.encode()
        registry.issued += 1
        token = f"canary-token-{registry.issued}"
        registry.tokens[token] = query["scope"][0]
        return 200, {}, json.dumps({"token": token}).encode()


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _error(status: int, code: str) -> tuple[int, dict[str, Any], bytes]:
    body = json.dumps({"errors": [{"code": code, "message": CANARY}]}).encode()
    return status, {"Content-Type": "application/json"}, body
