"""A lock for a directory that several processes change."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

LOCK_TIMEOUT = 60.0


class Busy(Exception):
    """Another process holds the lock, and did not release it in time."""


@contextmanager
def locked(
    directory: str,
    timeout: float = LOCK_TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Holds the lock of `directory` (flock on the directory itself: this leaves no file behind, and
    works in a read-only directory). `timeout` is in seconds. Raises Busy and OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    raise
                if time.monotonic() >= deadline:
                    raise Busy from None
            sleep(0.02)
        yield
    finally:
        os.close(descriptor)
