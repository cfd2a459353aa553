"""The result of publishing a reference: as a value, as a line for people, and as a message."""

from __future__ import annotations

from typing import NamedTuple, Union

from xpkg_tool.diagnostics.errors import REFUSED, PublishError
from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import PublishedReference, Transfer


class PushResult(NamedTuple):
    """The result for one reference.

    `action` is PUSHED, TAGGED or UP_TO_DATE. Of the transfer, `bytes_sent` counts blobs and
    manifests that were accepted, `bytes_skipped` blobs that existed or were mounted from another
    repository; `requests` counts all that were made for this reference, including those that failed
    and those for tokens; `seconds` is wall time."""

    reference: str
    digest: str
    action: Action
    transfer: Transfer = Transfer()

    def with_requests(self, more: int) -> PushResult:
        """The result with that many more requests."""
        requests = self.transfer.requests + more
        return self._replace(transfer=self.transfer._replace(requests=requests))


Outcome = Union[PushResult, PublishError]


def format_result(result: PushResult) -> str:
    """One line: what was done, the reference, its digest, and what it took."""
    transfer, details = result.transfer, []
    if result.action != Action.UP_TO_DATE:
        details.append(f"{transfer.blobs_sent} blobs sent ({transfer.bytes_sent} bytes)")
        if transfer.blobs_mounted:
            details.append(f"{transfer.blobs_mounted} mounted")
        details.append(f"{transfer.blobs_skipped} there already")
    if transfer.requests:
        details.append("1 request" if transfer.requests == 1 else f"{transfer.requests} requests")
    tail = f" ({', '.join(details)})" if details else ""
    return f"{result.action}: {result.reference} {result.digest}{tail}"


def published(reference: str, digest: str, outcome: Outcome) -> PublishedReference:
    """The entry of a report for `reference`, of a package with the digest."""
    if isinstance(outcome, PublishError):
        action = Action.REFUSED if outcome.finding.code == REFUSED.code else Action.FAILED
        message, error = str(outcome), outcome.without_place
        return PublishedReference(reference, digest, action, Transfer(), message, error)
    transfer = outcome.transfer._replace(seconds=round(outcome.transfer.seconds, 3))
    return PublishedReference(reference, outcome.digest, outcome.action, transfer)
