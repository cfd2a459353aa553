"""HTTP connections to permitted destinations only, whose answers are limited in time and size, and
are complete.

requests' own timeouts limit only the time between two bytes; http.client accepts truncated
headers as complete; urllib3 reads lines of any length between the chunks of a body."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from xpkg_tool.registry.http.destinations import Destinations

# In bytes per second. Transferring more slowly than this counts as waiting.
MIN_RATE = 10_000
# The longest line of a head, or between the chunks of a body, in bytes; http.client has the same
# limit for a head.
MAX_LINE = 65536
# In bytes, for all lines of an answer together: those before its body (including each
# "100 Continue") and between its chunks. For every BODY_PER_LINE bytes of the body, one more is
# allowed: a large body may have chunks of a few dozen bytes each, a small one of a single byte.
MAX_LINES = 256 * 1024
BODY_PER_LINE = 8
# How many connections to a host are kept open for the next requests: as many as anyone configures.
# With requests' 10, each one more would be closed after each request.
_MOST_KEPT = 256


class Endless(Exception):
    """An answer has more lines around its body than any answer needs. Not one of the exceptions
    that urllib3 translates."""


class BoundedAdapter(requests.adapters.HTTPAdapter):
    """Sends requests. `send_timeout` limits, in seconds, how long a server may accept no
    bytes of a request; requests would use the connect timeout, which is too short for a server that
    occasionally flushes a large blob to its store. `destinations` decides where connections may
    lead."""

    def __init__(self, send_timeout: float, destinations: Destinations) -> None:
        self._pool_classes = _pool_classes(send_timeout, destinations)
        super().__init__(pool_maxsize=_MOST_KEPT)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)  # type: ignore[no-untyped-call]
        manager.pool_classes_by_scheme = self._pool_classes
        return manager


class _Answer(http.client.HTTPResponse):
    """http.client's response, read through `_Bounded` and `_Lines`."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._bounded = _Bounded(self.fp.detach(), sock)
        self.fp = _Lines(self._bounded)

    def begin(self) -> None:
        super().begin()
        if self._bounded.ended:
            # The head is truncated, and its last line may be incomplete: half a URL would lead a
            # credential to another host.
            raise http.client.IncompleteRead(b"")


class _Bounded(io.RawIOBase):
    """Reads `raw` (the file of the socket `sock`) with a time budget. The budget is the socket's
    timeout; waiting uses it up, and every MIN_RATE bytes received add a second, up to the timeout.
    So a silence lasts at most one timeout, however much was received before, and an answer that
    trickles in is abandoned. Only waiting counts, not the processing of the bytes. Raises
    socket.timeout (TimeoutError since Python 3.10)."""

    def __init__(self, raw: Any, sock: Any) -> None:
        self._raw, self._sock = raw, sock
        self._timeout = self._left = sock.gettimeout()
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._timeout is None:
            count = int(self._raw.readinto(buffer))
        else:
            if self._left <= 0:
                raise socket.timeout("the answer takes too long")
            self._sock.settimeout(self._left)
            start = time.monotonic()
            try:
                count = int(self._raw.readinto(buffer))
            finally:
                # The connection is reused.
                self._sock.settimeout(self._timeout)
            waited = time.monotonic() - start
            self._left = min(self._timeout, self._left - waited + count / MIN_RATE)
        self.ended = count == 0
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Lines(io.BufferedReader):
    """Buffers `raw`, and limits how much is read as lines, which is everything around a body."""

    def __init__(self, raw: _Bounded) -> None:
        super().__init__(raw)
        self._room = MAX_LINES

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(MAX_LINE + 1 if size is None or size < 0 else size)
        self._room -= len(line)
        if len(line) > MAX_LINE or self._room < 0:
            raise Endless
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            # A chunk with the size -1 would never end.
            raise Endless
        data = super().read(size)
        self._room += len(data) // BODY_PER_LINE
        return data

    def readinto(self, buffer: Any, /) -> int:
        count = super().readinto(buffer)
        self._room += count // BODY_PER_LINE
        return count


def _pool_classes(send_timeout: float, destinations: Destinations) -> dict[str, Any]:
    class Guarded:
        """What both kinds of connections add to urllib3's."""

        response_class: Any = _Answer
        _left = send_timeout

        def _new_conn(self) -> socket.socket:
            return destinations.connected(self, super()._new_conn)  # type: ignore[misc]

        def connect(self) -> None:
            super().connect()  # type: ignore[misc]
            destinations.reached(self)

        def putrequest(self, *arguments: Any, **options: Any) -> None:
            self._left = send_timeout
            super().putrequest(*arguments, **options)  # type: ignore[misc]

        def send(self, data: Any) -> None:
            """Sends with the time budget of `_Bounded`; `data` is a few kilobytes."""
            _open_for(self, self._left)
            start = time.monotonic()
            super().send(data)  # type: ignore[misc]
            waited = time.monotonic() - start
            self._left = min(send_timeout, self._left - waited + len(data) / MIN_RATE)

    class Plain(Guarded, HTTPConnection):
        pass

    class Encrypted(Guarded, HTTPSConnection):
        pass

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _open_for(connection: Any, seconds: float) -> None:
    """Sets the socket's timeout, which urllib3 resets to the connect timeout in each request."""
    if not connection.sock:
        connection.connect()
    if seconds <= 0:
        raise socket.timeout("the request takes too long")
    connection.sock.settimeout(seconds)
