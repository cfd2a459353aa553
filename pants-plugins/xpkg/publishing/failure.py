"""What to say of a process of the tool that ended without an answer."""

from __future__ import annotations


def broken_off(what: str, failure: str) -> str:
    """A sentence and the remedy, for a `ToolAnswer.failure`."""
    return (
        f"{what} broke off: {failure}. Run it again; what was published before is found and not "
        "sent twice."
    )
