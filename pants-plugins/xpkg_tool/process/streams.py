"""Standard output and error when they are closed, full, or no longer read."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def replace_closed_streams() -> None:
    """Replaces streams with a closed descriptor (`xpkg lint >&-`), which Python sets to None.
    Standard output becomes a file that cannot be written, so that losing output is an error like
    any other; standard error becomes one that discards everything."""
    # In the types of `sys` they are never None.
    output: TextIO | None = getattr(sys, "stdout", None)
    errors: TextIO | None = getattr(sys, "stderr", None)
    if output is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w")  # noqa: SIM115
    if errors is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def discard(stream: TextIO) -> None:
    """Discards what could not be written and is still in the buffer of `stream`. Python would
    otherwise try again when it exits, and report an error."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
