"""The result of publishing a reference: as a value, as a line for people, and as a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from xpkg_tool.diagnostics.errors import REFUSED, PublishError
from xpkg_tool.messages import Action, PublishedReference, Transfer


@dataclass(frozen=True)
class PushResult:
    """The result for one reference.

    `action` is PUSHED, TAGGED or UP_TO_DATE. `bytes_sent` counts blobs and manifests that were
    accepted, `bytes_skipped` blobs that existed or were mounted from another repository;
    `requests` counts all that were made for this reference, including those that failed and those
    for tokens; `seconds` is wall time."""

    reference: str
    digest: str
    action: Action
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
    if result.action != Action.UP_TO_DATE:
        details.append(f"{result.blobs_sent} blobs sent ({result.bytes_sent} bytes)")
        if result.blobs_mounted:
            details.append(f"{result.blobs_mounted} mounted")
        details.append(f"{result.blobs_skipped} there already")
    if result.requests:
        details.append("1 request" if result.requests == 1 else f"{result.requests} requests")
    tail = f" ({', '.join(details)})" if details else ""
    return f"{result.action}: {result.reference} {result.digest}{tail}"


def published(reference: str, digest: str, outcome: Outcome) -> PublishedReference:
    """The entry of a report for `reference`, of a package with the digest."""
    if isinstance(outcome, PublishError):
        action = Action.REFUSED if outcome.finding.code == REFUSED.code else Action.FAILED
        message, error = str(outcome), outcome.without_place
        return PublishedReference(reference, digest, action, Transfer(), message, error)
    transfer = Transfer(
        outcome.bytes_sent,
        outcome.bytes_skipped,
        outcome.blobs_sent,
        outcome.blobs_skipped,
        outcome.blobs_mounted,
        outcome.requests,
        round(outcome.seconds, 3),
    )
    return PublishedReference(reference, outcome.digest, outcome.action, transfer)
