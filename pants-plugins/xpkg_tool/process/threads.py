"""Applies a function to several items at once, on a few threads.

Not concurrent.futures: its threads are joined when the interpreter ends, whatever `shutdown` was
told. Ctrl-C would end the program only when the last large upload is through; this takes nine
seconds instead of one, and with a daemon thread one:

    timeout -s INT 1 python -c 'import concurrent.futures as c, time
    c.ThreadPoolExecutor().submit(time.sleep, 9).result()'
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Collection, Sequence
from typing import Callable, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(
    action: Callable[[T], R],
    items: Sequence[T],
    workers: int,
    after: Sequence[Collection[int]] = (),
) -> list[R]:
    """The results of `action` for the items, in order, at most `workers` at a time. `after` has,
    for each item, the numbers of earlier ones that have to be done first; of those that may start,
    the first does. After a failure no further action starts, and when those in progress have ended,
    the first failure is raised. Ctrl-C ends the program at once."""
    if workers <= 1 or len(items) <= 1:
        return [action(item) for item in items]
    queue = _Queue(len(items), after)
    results: dict[int, R] = {}
    failures: dict[int, BaseException] = {}

    def work() -> None:
        while True:
            number = queue.next()
            if number is None:
                return
            try:
                results[number] = action(items[number])
            except BaseException as error:
                failures[number] = error
                queue.stop()
            queue.done(number)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        queue.stop()
    if failures:
        raise failures[min(failures)]
    return [results[number] for number in range(len(items))]


class _Queue:
    """Numbers from 0, each available when those that it waits for are done."""

    def __init__(self, count: int, after: Sequence[Collection[int]]) -> None:
        self._changed = threading.Condition()
        self._not_started = count
        self._waits_for = [0] * count
        self._followers: list[list[int]] = [[] for _ in range(count)]
        for number, earlier in enumerate(map(frozenset, after)):
            self._waits_for[number] = len(earlier)
            for other in earlier:
                self._followers[other].append(number)
        # A heap, as a sorted list is.
        self._ready = [number for number in range(count) if not self._waits_for[number]]

    def next(self) -> int | None:
        """The next number, as soon as there is one; None when all have started, or after `stop`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or not self._not_started)
            if not self._not_started:
                return None
            self._not_started -= 1
            if not self._not_started:
                self._changed.notify_all()
            return heapq.heappop(self._ready)

    def done(self, number: int) -> None:
        with self._changed:
            for follower in self._followers[number]:
                self._waits_for[follower] -= 1
                if not self._waits_for[follower]:
                    heapq.heappush(self._ready, follower)
            if self._followers[number]:
                self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._not_started = 0
            self._changed.notify_all()
