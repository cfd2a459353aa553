"""How a process ends that works on what strangers wrote: at once when told to, and for certain.

Python runs its own handlers between two instructions. A parser or a compressor in C may hold the
interpreter for seconds, and Ctrl-C would wait for it; the kernel's own handling does not.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import Iterator

# Seconds of processor time for one package, or one file of a large one. All real ones take less
# than a tenth of it, and what a file alone decides (documents/limits.py and others) is to stop all
# others before. It is the one limit that a slow machine may reach and a fast one not: so it ends
# the process, whose failure no cache keeps, and is no finding.
LAST_RESORT = 900


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Lets the kernel end the process by SIGINT, as it does by SIGTERM: for work that leaves
    nothing behind. Shells say 130 for that, as for a Ctrl-C that Python handles."""
    before = signal.getsignal(signal.SIGINT)
    try:
        # Where SIGINT is ignored, as for a shell's background jobs, it stays so.
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except ValueError:
        pass  # Not the main thread: whoever made the thread decides.
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is not before:
            signal.signal(signal.SIGINT, before)


@contextmanager
def bounded() -> Iterator[None]:
    """Lets the kernel end the process once LAST_RESORT is over."""
    signal.setitimer(signal.ITIMER_PROF, LAST_RESORT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
