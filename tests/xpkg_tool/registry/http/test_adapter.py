"""How long is waited for an answer, and for a server to take a request."""

from __future__ import annotations

import socket
import time

import pytest

from xpkg_tool.registry.http import adapter
from xpkg_tool.registry.http.destinations import Destinations


class _Socket:
    """A socket whose time-outs are recorded, and a file of it that gives `pieces`, each after as
    many seconds as it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, pieces: list[tuple[float, int]]) -> None:
        self.now, self.timeouts, self._pieces = 0.0, list[float](), iter(pieces)
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def gettimeout(self) -> float:
        return 1.0

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)

    def readinto(self, buffer: bytearray) -> int:
        seconds, count = next(self._pieces)
        if seconds > self.timeouts[-1]:
            self.now += self.timeouts[-1]
            raise socket.timeout
        self.now += seconds
        return count


def _waited(monkeypatch: pytest.MonkeyPatch, *pieces: tuple[float, int]) -> float:
    """Seconds until an answer that comes in `pieces` is given up."""
    sock = _Socket(monkeypatch, list(pieces))
    bounded = adapter._Bounded(sock, sock)
    try:
        while True:
            bounded.readinto(bytearray())
    except socket.timeout:
        return sock.now


def test_one_silence_is_one_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much came before it."""
    assert _waited(monkeypatch, (0.0, 200_000), (1e9, 0)) == 1.0
    assert _waited(monkeypatch, *[(0.0, 65_536)] * 2000, (1e9, 0)) == 1.0
    assert _waited(monkeypatch, (0.9, 200_000), (0.9, 200_000), (1e9, 0)) == pytest.approx(2.8)


def test_what_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    drips = [(0.1, 1)] * 1000
    assert _waited(monkeypatch, *drips, (1e9, 0)) < 1.2
    # At half the rate that must be, it takes twice the time-out.
    slow = [(0.1, adapter.MIN_RATE // 20)] * 1000
    assert _waited(monkeypatch, *slow, (1e9, 0)) == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize(
    ("size", "seconds", "taken"),
    [(16_384, 0.9, 1000), (16_384, 1.1, 0), (100, 0.1, 11), (1000, 0.05, 1000)],
)
def test_a_server_that_takes_a_request_byte_by_byte(
    monkeypatch: pytest.MonkeyPatch, size: int, seconds: float, taken: int
) -> None:
    """Pieces of `size` bytes in `seconds` each, with a time-out of a second."""

    class Sock:
        def settimeout(self, timeout: float) -> None:
            self.timeout = timeout

        def sendall(self, data: bytes) -> None:
            if seconds > self.timeout:
                raise socket.timeout
            now[0] += seconds

    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pool = adapter._pool_classes(1.0, Destinations(None))["http"]
    connection = pool.ConnectionCls("registry.test")
    connection.sock = Sock()
    count = 0
    try:
        while count < 1000:
            connection.send(bytes(size))
            count += 1
    except socket.timeout:
        pass
    finally:
        connection.sock = None
    assert count == pytest.approx(taken, abs=1)
