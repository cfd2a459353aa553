"""The result of publishing a reference: as a value, as a line for people, and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from xpkg_tool.diagnostics.errors import REFUSED, PublishError

PUSHED = "pushed"
TAGGED = "tagged"
UP_TO_DATE = "up to date"


@dataclass(frozen=True)
class PushResult:
    """The result for one reference.

    `action`: `pushed` (its blobs and manifests were sent or existed, and the tag was put), `tagged`
    (the manifest was known to be in that repository) or `up to date` (nothing was written).
    `bytes_sent` counts blobs and manifests that were accepted, `bytes_skipped` blobs that existed
    or were mounted from another repository; `requests` counts all that were made for this
    reference, including those that failed and those for tokens; `seconds` is wall time."""

    reference: str
    digest: str
    action: str
    bytes_sent: int = 0
    blobs_sent: int = 0
    blobs_skipped: int = 0
    requests: int = 0
    blobs_mounted: int = 0
    bytes_skipped: int = 0
    seconds: float = 0.0


Outcome = Union[PushResult, PublishError]


def format_result(result: PushResult) -> str:
    """One line: what was done, the reference, its digest, and what it took."""
    details = []
    if result.action != UP_TO_DATE:
        details.append(f"{result.blobs_sent} blobs sent ({result.bytes_sent} bytes)")
        if result.blobs_mounted:
            details.append(f"{result.blobs_mounted} mounted")
        details.append(f"{result.blobs_skipped} there already")
    if result.requests:
        details.append("1 request" if result.requests == 1 else f"{result.requests} requests")
    tail = f" ({', '.join(details)})" if details else ""
    return f"{result.action}: {result.reference} {result.digest}{tail}"


def outcome_to_json(reference: str, digest: str, outcome: Outcome) -> dict[str, Any]:
    """The entry of a report for `reference`. All fields are always present."""
    result = PushResult(reference, digest, "") if isinstance(outcome, PublishError) else outcome
    action = result.action
    if isinstance(outcome, PublishError):
        action = "refused" if outcome.finding.code == REFUSED else "failed"
    return {
        "reference": reference,
        "digest": result.digest,
        "action": action,
        "bytesSent": result.bytes_sent,
        "bytesSkipped": result.bytes_skipped,
        "blobsSent": result.blobs_sent,
        "blobsSkipped": result.blobs_skipped,
        "blobsMounted": result.blobs_mounted,
        "requests": result.requests,
        "seconds": round(result.seconds, 3),
        "message": str(outcome) if isinstance(outcome, PublishError) else None,
        # Equal for all references with the same error, so that it can be shown once.
        "error": outcome.without_place if isinstance(outcome, PublishError) else None,
    }
