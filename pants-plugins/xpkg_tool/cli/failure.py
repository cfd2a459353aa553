"""The exit codes of the commands, and the error for work that could not be done."""

from __future__ import annotations

from xpkg_tool.diagnostics.finding import visible

OK = 0
FOUND = 1
FAILED = 2


class Failure(Exception):
    """Wrong usage, or a failure of the environment. `message` and `remedy` are sentences. Ends the
    program with the exit code 2."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        lines = [f"error: {self.message}", *([f"  help: {self.remedy}"] if self.remedy else [])]
        return "\n".join(map(visible, lines))


def os_failure(what: str, path: str, error: OSError) -> Failure:
    """The Failure for an operation on `path`; `what` is a clause such as "The file cannot be
    read"."""
    return Failure(f"{path}: {what}: {error.strerror or type(error).__name__}.")
