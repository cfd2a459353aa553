"""Makes a process that works on untrusted input end immediately on a signal, and after a time
limit.

Python runs signal handlers between two instructions. A parser or a compressor in C may hold the
interpreter for seconds, and Ctrl-C would have to wait; the kernel's own handling does not.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import Iterator

# Seconds of CPU time for one package, or one file of a large one. All real ones take less than a
# tenth of it, and the limits that depend only on the file (documents/limits.py and others) should
# stop all others earlier. This is the only limit that a slow machine may exceed and a fast one not:
# so it ends the process, whose failure is not cached, and is not a finding.
LAST_RESORT = 900


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Lets the kernel end the process on SIGINT, as it does on SIGTERM: for work that leaves
    nothing behind. Shells report 130, as for a Ctrl-C that Python handles."""
    before = signal.getsignal(signal.SIGINT)
    try:
        # If SIGINT is ignored, as for a shell's background jobs, keep ignoring it.
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:
        pass  # Not the main thread: whoever started the thread decides.
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not before:
            signal.signal(signal.SIGINT, before)


@contextmanager
def bounded() -> Iterator[None]:
    """Lets the kernel end the process after LAST_RESORT seconds of CPU time."""
    signal.setitimer(signal.ITIMER_PROF, LAST_RESORT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
