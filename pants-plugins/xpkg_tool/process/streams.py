"""Standard output and error where they are closed, full, or read by nobody."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def replace_closed_streams() -> None:
    """A stream whose descriptor is closed (`xpkg lint >&-`) is None, with which nothing can be
    done. In its place standard output becomes a file that cannot be written, so that losing output
    is an error like any other, and standard error one that takes everything."""
    # The types of `sys` say that they never are.
    output: TextIO | None = getattr(sys, "stdout", None)
    errors: TextIO | None = getattr(sys, "stderr", None)
    if output is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w")  # noqa: SIM115
    if errors is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def discard(stream: TextIO) -> None:
    """What could not be written is still in the buffer of `stream` and would be tried again, at
    the latest when Python ends, which then complains: it goes nowhere instead."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
