"""The same answers on any number of cores, whatever happens to a child."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any, Iterator

import pytest

from xpkg_tool.process.parallel_map import parallel_map

PARENT = os.getpid()


def reverse(piece: bytearray) -> bytes:
    return bytes(reversed(piece))


def process(piece: bytearray) -> bytes:
    return str(os.getpid()).encode()


def pieces(count: int) -> Iterator[bytearray]:
    for number in range(count):
        yield bytearray(b"%d" % number * 70_000)


@pytest.fixture(params=[1, 2, 5])
def _cores(request: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xpkg_tool.process.parallel_map._cores", lambda: request.param)


@pytest.mark.usefixtures("_cores")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_answers_are_in_order(count: int) -> None:
    assert list(parallel_map(reverse, pieces(count))) == [reverse(p) for p in pieces(count)]


def test_several_pieces_are_worked_on_by_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xpkg_tool.process.parallel_map._cores", lambda: 2)
    workers = list(parallel_map(process, pieces(4)))
    assert len(set(workers)) == 4 and str(PARENT).encode() not in workers


def test_beside_other_threads_nothing_is_forked() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        workers = set(parallel_map(process, pieces(4)))
    finally:
        end.set()
        thread.join()
    assert workers == {str(PARENT).encode()}


def killed_in_a_child(piece: bytearray) -> bytes:
    if os.getpid() != PARENT:
        os.kill(os.getpid(), signal.SIGKILL)
    return reverse(piece)


def failing_in_a_child(piece: bytearray) -> bytes:
    if os.getpid() != PARENT:
        raise MemoryError
    return reverse(piece)


@pytest.mark.parametrize("function", [killed_in_a_child, failing_in_a_child])
def test_a_child_that_dies_is_replaced(
    function: object, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("xpkg_tool.process.parallel_map._cores", lambda: 2)
    expected = [reverse(p) for p in pieces(3)]
    assert list(parallel_map(function, pieces(3))) == expected  # type: ignore[arg-type]
    assert capfd.readouterr() == ("", "")


def test_no_child_is_left_when_the_caller_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xpkg_tool.process.parallel_map._cores", lambda: 3)
    children: list[int] = []
    fork = os.fork

    def noted() -> int:
        pid = fork()
        children.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", noted)
    answers = parallel_map(reverse, pieces(9))
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert len(children) == 3
    for pid in children:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
