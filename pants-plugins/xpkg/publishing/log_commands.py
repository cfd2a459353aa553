"""Lines that a CI system would take for commands to itself; as in
xpkg_tool/diagnostics/log_commands.py, which says more and of which the backend imports nothing."""

from __future__ import annotations

import re

_OLD = re.compile(r"##(?=[A-Za-z]*\[)")
_NEW = re.compile(r"((?:^|[\r\n])[^\S\r\n]*):(?=:)")


def without_commands(text: str) -> str:
    """`text`, which may be several lines, with an escape in place of the first character of each
    command."""
    return _NEW.sub(r"\1\\u003a", _OLD.sub(r"\\u0023#", text))
