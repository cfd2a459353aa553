"""Connections whose answers end in time and end whole (requests' own time-outs bound the time
between two bytes, and http.client takes headers that break off for complete ones)."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

# Bytes in a second below which an answer counts as none, once the time-out has passed.
MIN_RATE = 10_000


class BoundedAdapter(requests.adapters.HTTPAdapter):
    """The adapter of a session. `send_timeout` bounds, in seconds, the time for which a server may
    take none of a request's bytes; requests bounds it by the time-out for connecting, which is too
    short for a server that writes a large blob to its store now and then."""

    def __init__(self, send_timeout: float) -> None:
        self._pool_classes = _pool_classes(send_timeout)
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)  # type: ignore[no-untyped-call]
        manager.pool_classes_by_scheme = self._pool_classes
        return manager


class _Answer(http.client.HTTPResponse):
    """As http.client's, read through `_Bounded`."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._bounded = _Bounded(self.fp.detach(), sock)
        self.fp = io.BufferedReader(self._bounded)

    def begin(self) -> None:
        super().begin()
        if self._bounded.ended:
            # What is after the last whole line is lost, and the last line may be half a one: half
            # an address would lead a credential to another host.
            raise http.client.IncompleteRead(b"")


class _Bounded(io.RawIOBase):
    """What `raw` (the file of the socket `sock`) gives, as long as it gives it in time: the
    socket's time-out for the first byte, and from then on MIN_RATE bytes in a second on top.
    Raises socket.timeout (TimeoutError since Python 3.10)."""

    def __init__(self, raw: Any, sock: Any) -> None:
        self._raw, self._sock = raw, sock
        self._timeout = sock.gettimeout()
        self._deadline = None if self._timeout is None else time.monotonic() + self._timeout
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._deadline is None:
            count = int(self._raw.readinto(buffer))
        else:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise socket.timeout("the answer takes too long")
            self._sock.settimeout(left)
            try:
                count = int(self._raw.readinto(buffer))
            finally:
                # The connection is used again.
                self._sock.settimeout(self._timeout)
            self._deadline += count / MIN_RATE
        self.ended = count == 0
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def _pool_classes(send_timeout: float) -> dict[str, Any]:
    class Plain(HTTPConnection):
        response_class = _Answer

        def send(self, data: Any) -> None:
            _open_for(self, send_timeout)
            super().send(data)

    class Encrypted(HTTPSConnection):
        response_class = _Answer

        def send(self, data: Any) -> None:
            _open_for(self, send_timeout)
            super().send(data)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _open_for(connection: Any, send_timeout: float) -> None:
    """urllib3 sets the time-out for connecting, for each request anew."""
    if not connection.sock:
        connection.connect()
    connection.sock.settimeout(send_timeout)
