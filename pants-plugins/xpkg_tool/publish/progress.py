"""The progress of sending, and the line that shows it on a terminal.

One `Progress` covers everything that a process publishes, possibly several packages at once. It is
called from several threads."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Callable, TextIO

from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.blobs import CHUNK, BlobReader
from xpkg_tool.oci.manifests import Descriptor

# Seconds between two updates, to keep the terminal calm.
_PAUSE = 0.1
_ERASE = "\r\x1b[K"


class Sending:
    """A package on its way to one repository. Shows nothing."""

    def at(self, blob: str, position: int) -> None:
        """Reports that `position` bytes of the blob with the digest `blob` were sent. May decrease
        if the blob is sent again."""

    def end(self) -> None:
        """Reports that sending has ended, successfully or not."""


class Progress:
    """Shows nothing."""

    def begin(self, name: str, size: int) -> Sending:
        """Reports that `name` (a reference), with blobs of `size` bytes, is about to be sent."""
        return Sending()


SILENT = Progress()


class TerminalLine(Progress):
    """The last line of a terminal, updated as bytes are sent, and erased at the end:
    `Sending registry.example.org/a/b:v1: 1,048,576 of 45,600,123 bytes`."""

    def __init__(
        self,
        stream: TextIO,
        *,
        clock: Callable[[], float] = time.monotonic,
        columns: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    ) -> None:
        self._stream, self._clock, self._columns = stream, clock, columns
        self._lock = threading.Lock()
        self._under_way: list[_OnTerminal] = []
        self._next = 0.0

    def begin(self, name: str, size: int) -> Sending:
        sending = _OnTerminal(self, name, size)
        with self._lock:
            self._under_way.append(sending)
            self._show()
        return sending

    def moved(self, sending: _OnTerminal, blob: str, position: int) -> None:
        with self._lock:
            sending.positions[blob] = position
            if self._clock() >= self._next:
                self._show()

    def ended(self, sending: _OnTerminal) -> None:
        with self._lock:
            self._under_way.remove(sending)
            self._show()

    def _show(self) -> None:
        self._next = self._clock() + _PAUSE
        # Publishing must not stop halfway because the terminal was closed.
        with suppress(OSError, ValueError):
            self._stream.write(_ERASE + self._text()[: max(0, self._columns() - 1)])
            self._stream.flush()

    def _text(self) -> str:
        if not self._under_way:
            return ""
        done = sum(sum(t.positions.values()) for t in self._under_way)
        size = sum(t.size for t in self._under_way)
        count = len(self._under_way)
        what = self._under_way[0].name if count == 1 else f"{count} packages"
        return f"Sending {visible(what)}: {done:,} of {size:,} bytes"


class _OnTerminal(Sending):
    def __init__(self, line: TerminalLine, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.positions: dict[str, int] = {}
        self._line = line

    def at(self, blob: str, position: int) -> None:
        self._line.moved(self, blob, position)

    def end(self) -> None:
        self._line.ended(self)


def progress_on(stream: TextIO) -> Progress:
    """Shows progress on `stream` if that is a terminal that can erase a line, else nothing."""
    if not stream.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return SILENT
    return TerminalLine(stream)


class Watched:
    """The blobs of an artifact (repository.BlobSource); reports to `sending` as they are read."""

    def __init__(self, artifact: Artifact, sending: Sending) -> None:
        self._artifact, self._sending = artifact, sending

    def open(self, descriptor: Descriptor, /) -> _WatchedReader:
        return _WatchedReader(self._artifact.open(descriptor), descriptor.digest, self._sending)


class _WatchedReader:
    """A BlobReader, with the methods that sending it needs."""

    def __init__(self, reader: BlobReader, digest: str, sending: Sending) -> None:
        self._reader, self._digest, self._sending = reader, digest, sending
        self._position = 0

    def __len__(self) -> int:
        return len(self._reader)

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._reader.read(size)
        self._position += len(data)
        self._sending.at(self._digest, self._position)
        return data

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")

    def close(self) -> None:
        self._reader.close()
