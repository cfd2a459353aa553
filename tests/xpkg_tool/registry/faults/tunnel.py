"""A proxy on loopback that opens tunnels (CONNECT), to one server whatever host is asked for. So a
registry on loopback can have any name, and TLS with it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Tunnel:
    address: str = ""
    # The targets of CONNECT, and the credentials that came along.
    targets: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    # What a client gets instead of a tunnel.
    status: int = 200


@contextlib.contextmanager
def tunnel(port: int) -> Iterator[Tunnel]:
    """Tunnels lead to `port` on loopback."""
    proxy = Tunnel()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_CONNECT(self) -> None:
            proxy.targets.append(self.path)
            proxy.credentials.append(self.headers.get("Proxy-Authorization", ""))
            self.close_connection = True
            if proxy.status != 200:
                self.send_error(proxy.status, "canary")
                return
            with socket.create_connection(("127.0.0.1", port)) as server:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=_copy, args=(server, self.connection))
                back.start()
                _copy(self.connection, server)
                back.join()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    proxy.address = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
