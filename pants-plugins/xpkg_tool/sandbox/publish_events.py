"""The file in which the backend sees how publishing proceeds.

Pants delivers what a process prints when the process has ended, so this is the only way to show it
in the meantime; and where the process is killed, it is all that is known of what is published."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.publish import PublishEvent


class EventFile:
    """Adds events to the file `path`, one as a line; "" for none. Usable from several threads.
    Publishing does not stop because the file cannot be written."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        if path:
            with suppress(OSError):
                self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def add(self, event: PublishEvent) -> None:
        line = encode(event) + b"\n"
        with self._lock:
            if self._descriptor is None:
                return
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:
                self._close()

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
