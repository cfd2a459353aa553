"""What a command says when the tool has a bug, or the machine has too little memory."""

from __future__ import annotations

from xpkg_tool.diagnostics.errors import INTERNAL
from xpkg_tool.diagnostics.finding import Finding


def no_memory(name: str) -> SystemExit:
    """Ends the process: memory depends on the machine, and an answer would be cached for all
    machines."""
    return SystemExit(f"error: This machine does not have enough memory for {name}.")


def internal(error: Exception, *, path: str = "", object: str = "") -> Finding:
    """The finding for a bug of the tool."""
    return INTERNAL.finding(
        f"The tool itself failed: {type(error).__name__}: {error}",
        "This is a bug of pants-xpkg: please report it with the file that causes it.",
        path,
        object=object,
    )
