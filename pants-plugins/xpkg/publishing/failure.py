"""The message for a process of the tool that failed."""

from __future__ import annotations


def process_failed(what: str, failure: str) -> str:
    """A sentence and the remedy, for a `ToolAnswer.failure`."""
    return f"{what} failed: {failure}. Run it again: what is already published is not sent twice."
