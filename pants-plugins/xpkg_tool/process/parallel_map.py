"""Applies a function of bytes on several cores, for libraries that hold the GIL.

A child is forked for each piece, so that nothing has to be copied to it or imported in it.

Not concurrent.futures. Its threads wait for the lock that deflate holds while it compresses. Its
ProcessPoolExecutor takes 35 ms to import, and all that a build needs takes 45; a child that is
killed breaks the pool and all answers are lost, where here its piece is done again; and its `map`
takes all pieces before the first answer is asked for. This prints about 500 (MiB), where
parallel_map needs 57:

    python -c 'import concurrent.futures as c, resource as r
    with c.ProcessPoolExecutor(2) as p: list(p.map(len, (b"x" * (1 << 24) for _ in range(40))))
    print(r.getrusage(r.RUSAGE_SELF).ru_maxrss >> 10)'
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from typing import Callable, Iterable, Iterator

_CHUNK = 1 << 20

Function = Callable[[bytearray], bytes]
# A piece and the child that works on it: its process ID, and the pipe for its answer.
_Work = tuple[bytearray, int, int]


def parallel_map(function: Function, pieces: Iterable[bytearray]) -> Iterator[bytes]:
    """Like `map`: the results of `function` for the pieces, in order.

    As many pieces as there are cores are processed at once, and in memory. If there is only one
    core, no fork, or another thread (with which a child could deadlock), this process does the
    work. `function` must neither use files nor have side effects.
    """
    cores = _cores()
    if cores == 1:
        yield from map(function, pieces)
        return
    working: deque[_Work] = deque()
    try:
        for piece in pieces:
            if len(working) >= cores:
                yield _finish(function, working.popleft())
            working.append(_start(function, piece))
        while working:
            yield _finish(function, working.popleft())
    finally:
        # Kill the remaining children first: each may hold the pipe of another one open.
        for _, pid, pipe in working:
            os.close(pipe)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _cores() -> int:
    threading = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threading and threading.active_count() > 1):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(function: Function, piece: bytearray) -> _Work:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return piece, pid, reading
    # Whatever happens, the child must not continue with the parent's work.
    status = 1
    try:
        os.close(reading)
        view = memoryview(function(piece))
        while view:
            view = view[os.write(writing, view) :]
        status = 0
    finally:
        os._exit(status)


def _finish(function: Function, work: _Work) -> bytes:
    piece, pid, pipe = work
    answer = bytearray()
    try:
        while chunk := os.read(pipe, _CHUNK):
            answer += chunk
    finally:
        os.close(pipe)
        _, status = os.waitpid(pid, 0)
    # A child may have been killed, for example because memory ran out.
    return bytes(answer) if status == 0 else function(piece)
