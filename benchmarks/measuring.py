"""Runs programs and measures their time, their memory, and the processes that they start."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Part of the argv of each of the tool's processes in Pants (pants-plugins/xpkg/tool/process.py).
TOOL = b"xpkg-tool/run.py"
# Seconds between two checks of the processes: much shorter than the tool's shortest process.
_INTERVAL = 0.01
# macOS counts in bytes what Linux counts in units of 1024.
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Sample:
    """One run of a case: wall seconds, peak memory in bytes, and the number of processes of the
    tool that ran; None for unknown values.
    """

    seconds: float
    peak: int | None = None
    processes: int | None = None


@dataclass(frozen=True)
class Finished:
    """The result of a program. `output` is standard output and error together."""

    sample: Sample
    output: str


class ProgramError(Exception):
    """A measured program failed: the command, its exit code and its output."""


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    started: Callable[[int], object] = lambda pid: None,
) -> Finished:
    """Runs a program and waits for it; calls `started` with its process ID. Raises ProgramError if
    it fails.

    The peak is that of getrusage: of the largest process if the program starts others. It includes
    the memory of the parent at the time of the fork, so the calling program has to stay small.
    """
    command = " ".join(map(str, argv))
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(
                argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        except OSError as error:
            raise ProgramError(f"{command}\ncannot be run: {error.strerror}") from None
        started(process.pid)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # Ctrl-C: nothing may keep running in folders that will be removed.
            process.terminate()
            process.wait()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise ProgramError(f"{command}\nended with {process.returncode}:\n{text}")
    return Finished(Sample(seconds, usage.ru_maxrss * _MAXRSS_UNIT), text)


class ToolWatch:
    """Watches the tool's processes below some others, by /proc; it knows nothing where that is not.

    `peak` is the most memory, in bytes, that those which lived at the same time had: the sum of
    their high-water marks (VmHWM), which is never less than what they had at once. `count` is how
    many of them were started by Pants (those that they start themselves are not counted). Pants'
    own counter would do, but for the processes by which Pants looks for programs.
    """

    def __init__(self, marker: bytes = TOOL) -> None:
        self.peak: int | None = None
        self.count: int | None = None
        self._marker = marker
        self._roots: set[int] = set()
        self._tracked: set[int] = set()
        self._end = threading.Event()

    def below(self, pid: int) -> None:
        """Watches what the process `pid` starts."""
        self._roots.add(pid)

    @contextlib.contextmanager
    def watching(self) -> Iterator[ToolWatch]:
        if not os.path.exists("/proc/self/status"):
            yield self
            return
        self.peak = self.count = 0
        # Processes that already exist are not children of the program to run.
        before = _processes()
        thread = threading.Thread(target=self._watch, args=(before,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._end.set()
            thread.join()

    def _watch(self, before: set[int]) -> None:
        while not self._end.wait(_INTERVAL):
            total = 0
            for pid in _processes() - before:
                status = _status(pid)
                if self._is_tool(pid, status):
                    total += status.get(b"VmHWM", 0) * 1024
            self.peak = max(self.peak or 0, total)

    def _is_tool(self, pid: int, status: Mapping[bytes, int]) -> bool:
        parent = status.get(b"PPid")
        if pid in self._tracked:
            return True
        if parent in self._tracked:
            self._tracked.add(pid)
            return True
        # A child that has not executed its program yet still shows its parent's argv.
        if parent in self._roots and self._marker in _read(f"/proc/{pid}/cmdline"):
            self._tracked.add(pid)
            self.count = (self.count or 0) + 1
            return True
        return False


def _processes() -> set[int]:
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def _status(pid: int) -> dict[bytes, int]:
    """The numbers of /proc/PID/status; none when the process is gone."""
    found = {}
    for line in _read(f"/proc/{pid}/status").splitlines():
        name, _, value = line.partition(b":")
        if name in (b"PPid", b"VmHWM"):
            found[name] = int(value.split()[0])
    return found


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:  # It ended in between.
        return b""
