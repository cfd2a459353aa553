"""How long an answer is waited for."""

from __future__ import annotations

import socket
import time

import pytest

from xpkg_tool.registry import adapter


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
