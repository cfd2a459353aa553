"""How `push` and `copy` report their result."""

from __future__ import annotations

import json

from xpkg_tool import VERSION
from xpkg_tool.cli.failure import FAILED, OK
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.messages.codec import to_json
from xpkg_tool.publish.outcome import Outcome, format_result, published

# Raised when a field changes its meaning or is removed; new fields do not change it.
_FORM = 1


def report(outcome: Outcome, reference: str, format: str) -> int:
    """Reports the outcome for `reference` as text or as JSON, and returns the exit code. Errors go
    to standard error in both cases."""
    failed = isinstance(outcome, PublishError)
    if isinstance(outcome, PublishError):
        write_error(f"{outcome}\n")
    elif format == "text":
        write_output(f"{format_result(outcome)}\n")
    if format == "json":
        entry = published(reference, "", outcome)
        document = {
            "form": _FORM,
            "toolVersion": VERSION,
            "reference": entry.reference,
            "digest": entry.digest or None,
            "action": entry.action,
            **to_json(entry.transfer),
            "message": entry.message or None,
        }
        write_output(json.dumps(document, indent=2) + "\n")
    return FAILED if failed else OK
