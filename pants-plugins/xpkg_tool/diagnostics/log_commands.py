"""Lines that a CI system would take for commands to itself.

GitHub's runner reads what programs print, on standard output and standard error: a line that begins
with `::` after any white space is a workflow command, and so is `##[` anywhere in a line (the older
form, which Azure Pipelines has as `##vso[` too). Both can set outputs, add masks or stop commands.
Reference: github.com/actions/runner, ActionCommand.cs. What is printed can begin with a path or
quote a file, so each line of ours is changed where it would be one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The escapes are those of JSON strings, so that JSON stays what it is; in other texts they are read
# as `finding.visible` has them.
_OLD = re.compile(r"##(?=[A-Za-z]*\[)")
_NEW = re.compile(r"((?:^|[\r\n])[^\S\r\n]*):(?=:)")


def without_commands(text: str) -> str:
    """`text`, which may be several lines, with an escape in place of the first character of each
    command."""
    if "##" in text:
        text = _OLD.sub(r"\\u0023#", text)
    return _NEW.sub(r"\1\\u003a", text) if "::" in text else text


@contextmanager
def guarded_output(*, commands: bool = False) -> Iterator[None]:
    """Within it no line that is printed is a command; with `commands`, those on standard output
    may be."""
    streams = sys.stdout, sys.stderr
    guards = tuple(map(_Guard, streams))
    sys.stderr = guards[1]  # type: ignore[assignment]
    if not commands:
        sys.stdout = guards[0]  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
        for guard in guards:
            guard.finish()


class _Guard:
    """A text stream that writes whole lines to `stream`, without commands."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._begun = stream, ""

    def write(self, text: str) -> int:
        lines, newline, rest = text.rpartition("\n")
        if newline:
            self._stream.write(without_commands(f"{self._begun}{lines}") + newline)
            self._begun = rest
        else:
            self._begun += text
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self.finish()
        self._stream.flush()

    def finish(self) -> None:
        begun, self._begun = self._begun, ""
        if begun:
            self._stream.write(without_commands(begun))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
