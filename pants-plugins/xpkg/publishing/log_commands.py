"""Lines that a CI system would take for commands. A copy of what is explained in
xpkg_tool/diagnostics/log_commands.py: it is not part of a message, and the messages are all that
the backend imports."""

from __future__ import annotations

import re

_OLD = re.compile(r"##(?=[A-Za-z]*\[)")
_NEW = re.compile(r"((?:^|[\r\n])[^\S\r\n]*):(?=:)")


def without_commands(text: str) -> str:
    """`text`, which may be several lines, with an escape in place of the first character of each
    command."""
    return _NEW.sub(r"\1\\u003a", _OLD.sub(r"\\u0023#", text))
