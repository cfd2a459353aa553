"""Changing files in a shared directory so that no reader and no crash ever sees half of one."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Callable

LOCK_TIMEOUT = 60.0
_TEMPORARY = ".xpkg-"


class Busy(Exception):
    """Somebody else holds the lock, and did not let it go in time."""


@contextmanager
def locked(
    directory: str,
    timeout: float = LOCK_TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Holds the one lock of `directory` (flock on the directory itself: no file to leave behind,
    and none needed where nothing may be written). `timeout` in seconds. Raises Busy, OSError."""
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


def write_atomically(root: str, path: str, content: Iterable[bytes]) -> None:
    """Puts `content` at `path` (on the file system of `root`): all of it, or nothing. It is on disk
    before it has its name. The temporary file lies in `root`; the lock's holder may sweep it."""
    descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=root)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(content)
            # mkstemp's mode is private; others read a registry.
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_directory(os.path.dirname(path))


def sweep(root: str) -> None:
    """Removes what a killed process left. Only for the one who holds the lock."""
    for entry in os.listdir(root):
        if entry.startswith(_TEMPORARY):
            os.unlink(os.path.join(root, entry))


def _sync_directory(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
