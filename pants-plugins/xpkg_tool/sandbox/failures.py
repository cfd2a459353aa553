"""What a command says when the tool has a bug, or the machine lacks something."""

from __future__ import annotations

from xpkg_tool.diagnostics.errors import INTERNAL
from xpkg_tool.diagnostics.finding import Finding


def no_memory(name: str) -> SystemExit:
    """Ends the process: memory depends on the machine, and an answer would be cached for all
    machines."""
    return SystemExit(f"error: This machine does not have enough memory for {name}.")


def no_input(error: OSError | ImportError) -> SystemExit:
    """Ends the process, as `no_memory` does: Pants laid a file of the package, or a module of the
    tool, out, and something removed it."""
    what = f"A part of the tool cannot be loaded: {error}"
    if isinstance(error, OSError):
        what = f"{error.filename} cannot be read: {error.strerror}"
    return SystemExit(
        f"error: {what}. If something removes old files from the folder in which Pants runs "
        "processes, name another folder in `[GLOBAL].local_execution_root_dir`. Restart Pants' "
        "daemon."
    )


def internal(error: Exception, *, path: str = "", object: str = "") -> Finding:
    """The finding for a bug of the tool."""
    return INTERNAL.finding(
        f"The tool itself failed: {type(error).__name__}: {error}",
        "This is a bug of pants-xpkg: please report it with the file that causes it.",
        path,
        object=object,
    )
