"""A token service for real registries, on loopback (distribution's token.md and jwt.md)."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.integration.docker_registry import PASSWORD, USER, need

_NAME = "tests"


@dataclass
class TokenService:
    """`settings` is what a registry's configuration says of it; `asked` the scopes of each token
    that was given."""

    settings: str
    asked: list[list[str]] = field(default_factory=list)


@contextmanager
def token_service(folder: Path) -> Iterator[TokenService]:
    """Gives USER what is asked for, signed with a key below `folder`, and nothing to others."""
    folder.mkdir()
    key, certificate = folder / "token.key", folder / "token.pem"
    _openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out",
        str(certificate), "-days", "2", "-subj", "/CN=token",
    )  # fmt: skip
    der = base64.b64encode(ssl.PEM_cert_to_DER_cert(certificate.read_text())).decode()
    service = TokenService("")
    login = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            right = self.headers.get("Authorization") == login and query["service"] == [_NAME]
            content = b"{}"
            if right:
                scopes = query.get("scope", [])
                service.asked.append(scopes)
                content = json.dumps({"token": _signed(key, der, scopes)}).encode()
            self.send_response(200 if right else 401)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.settings = (
        f"{{realm: 'http://127.0.0.1:{server.server_port}/token', service: {_NAME}, "
        f"issuer: {_NAME}, rootcertbundle: '{certificate}'}}"
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _signed(key: Path, certificate: str, scopes: list[str]) -> str:
    now = int(time.time())
    claims = {
        "iss": _NAME,
        "sub": USER,
        "aud": _NAME,
        "exp": now + 300,
        "nbf": now - 10,
        "iat": now,
        "jti": f"{now}-{len(scopes)}",
        "access": [
            {"type": kind, "name": name, "actions": actions.split(",")}
            for kind, name, actions in (scope.split(":") for scope in scopes)
        ],
    }
    head = {"typ": "JWT", "alg": "RS256", "x5c": [certificate]}
    text = ".".join(_encoded(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_encoded(_openssl('dgst', '-sha256', '-sign', str(key), text=text))}"


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _openssl(*arguments: str, text: str = "") -> bytes:
    return subprocess.run(
        [need("openssl"), *arguments],
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    ).stdout
