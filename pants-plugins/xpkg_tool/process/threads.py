"""Applies a function to several items at once, on a few threads.

Not concurrent.futures: its threads are joined when the interpreter ends, whatever `shutdown` was
told. Ctrl-C would end the program only when the last large upload is through; this takes nine
seconds instead of one, and with a daemon thread one:

    timeout -s INT 1 python -c 'import concurrent.futures as c, time
    c.ThreadPoolExecutor().submit(time.sleep, 9).result()'
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Callable, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(action: Callable[[T], R], items: Sequence[T], workers: int) -> list[R]:
    """The results of `action` for the items, in order, at most `workers` at a time. After a failure
    no further action starts, and when those in progress have ended, the first failure is raised.
    Ctrl-C ends the program at once."""
    if workers <= 1 or len(items) <= 1:
        return [action(item) for item in items]
    results: dict[int, R] = {}
    failures: dict[int, BaseException] = {}
    numbers = iter(range(len(items)))
    lock, stopped = threading.Lock(), threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            try:
                results[number] = action(items[number])
            except BaseException as error:
                failures[number] = error
                stopped.set()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        stopped.set()
    if failures:
        raise failures[min(failures)]
    return [results[number] for number in range(len(items))]
