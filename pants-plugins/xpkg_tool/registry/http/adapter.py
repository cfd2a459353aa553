"""Connections that lead where they may, and whose answers end in time, end at all, and end whole.

requests' own time-outs bound the time between two bytes; http.client takes headers that break off
for complete ones; urllib3 reads lines between the chunks of a body as long as they are."""

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

# Bytes in a second below which an answer, or the taking of a request, counts as none once the
# time-out has passed.
MIN_RATE = 10_000
# The longest line of a head, or between the chunks of a body; http.client has the same for a head.
MAX_LINE = 65536
# Bytes of all lines of an answer together: what comes before its body (also "100 Continue", each
# time) and what stands between its chunks. A body brings room for more of these as it comes in: a
# large one may have chunks of some dozen bytes each, a small one of a byte.
MAX_LINES = 256 * 1024
BODY_PER_LINE = 8


class Endless(Exception):
    """An answer has more around its body than any answer needs. Not one of the exceptions that
    urllib3 translates."""


class BoundedAdapter(requests.adapters.HTTPAdapter):
    """The adapter of a session. `send_timeout` bounds, in seconds, the time for which a server may
    take none of a request's bytes; requests bounds it by the time-out for connecting, which is too
    short for a server that writes a large blob to its store now and then. `destinations` says where
    connections may lead."""

    def __init__(self, send_timeout: float, destinations: Destinations) -> None:
        self._pool_classes = _pool_classes(send_timeout, destinations)
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)  # type: ignore[no-untyped-call]
        manager.pool_classes_by_scheme = self._pool_classes
        return manager


class _Answer(http.client.HTTPResponse):
    """As http.client's, read through `_Bounded` and `_Lines`."""

    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._bounded = _Bounded(self.fp.detach(), sock)
        self.fp = _Lines(self._bounded)

    def begin(self) -> None:
        super().begin()
        if self._bounded.ended:
            # What is after the last whole line is lost, and the last line may be half a one: half
            # an address would lead a credential to another host.
            raise http.client.IncompleteRead(b"")


class _Bounded(io.RawIOBase):
    """What `raw` (the file of the socket `sock`) gives, as long as it gives it in time: there is
    the socket's time-out to wait for bytes, and each MIN_RATE of them are worth a second more, but
    never more than the time-out. So one silence is one time-out, however much came before it, and
    an answer that drips is given up. Only waiting counts, not what is done with the bytes. Raises
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
                # The connection is used again.
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
    """Buffers `raw`. What is read as lines is what surrounds a body; its amount is bounded."""

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
            # A chunk of the size -1 is one without an end.
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
        """What both kinds of connections have before urllib3's own."""

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
            """In time, by the rule of `_Bounded`; a piece of a body has some kilobytes."""
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
    """urllib3 sets the time-out for connecting, for each request anew."""
    if not connection.sock:
        connection.connect()
    if seconds <= 0:
        raise socket.timeout("the request takes too long")
    connection.sock.settimeout(seconds)
