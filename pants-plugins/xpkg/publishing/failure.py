"""What to say of a process of the tool that ended without an answer."""

from __future__ import annotations

import re

from pants.engine.process import FallibleProcessResult

_LAST_LINE = re.compile(rb"^([A-Za-z_][\w.]*)(?::.*)?\s*$")


def broken_off(what: str, result: FallibleProcessResult) -> str:
    """A sentence and the remedy. Of an unforeseen error only the kind is shown: its text is not
    known to be free of secrets."""
    lines = result.stderr.rstrip().splitlines()
    kind = _LAST_LINE.match(lines[-1]) if lines else None
    detail = f" ({kind.group(1).decode()})" if kind else ""
    return (
        f"{what} broke off: the process ended with exit code {result.exit_code}{detail}. Run it "
        "again; what was published before is found and not sent twice."
    )
