"""What `pants publish` shows of its work, and what goes into `--publish-output`.

The goal runs processes one after another; all work is done before, so these only print and set the
exit code. Those of what was sent are added at the end (few_processes.py).
"""

from __future__ import annotations

from typing import Any, Iterator

from pants.core.goals.publish import PublishOutputData, PublishPackages
from pants.util.strutil import pluralize

from xpkg.publishing.few_processes import Sent, printing
from xpkg.publishing.outcome import Published, ReferenceOutcome
from xpkg.publishing.plan import ReferencePlan
from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import Transfer


class Reporter:
    """Makes the entries of all packages of a run, one after another. An error that several have in
    common is shown once, with the first of them; the others name that one."""

    def __init__(self) -> None:
        # The package and the name with which each error is shown.
        self._shown: dict[str, tuple[str, str]] = {}

    def entries(self, published: Published, *, named: bool) -> Iterator[PublishPackages]:
        """One entry for each reference. `named`: the command line names the package; otherwise
        others depend on it."""
        package = published.package
        spec = package.address.spec
        if package.candidate.skip_push:
            reason = f"(by `skip_push` on {spec})"
            yield PublishPackages(
                (spec,), description=reason, data=_data(spec, action=str(Action.SKIP))
            )
            return
        if package.problem:
            message = package.problem.of(package.address)
            data = _data(spec, action=str(Action.FAILED), why=package.problem.what, message=message)
            other = self._shown_with(package.problem.error, spec, spec)
            if other:
                yield _failure((spec,), "", f"the same reason as {other}", data)
            else:
                yield _failure((spec,), message, None, data)
            return
        for reference in published.references:
            if reference.action != Action.NOT_ASKED_FOR:
                yield self._reference(spec, reference, named=named)

    def _shown_with(self, error: str, spec: str, name: str) -> str:
        """The name with which `error` was shown before; empty the first time."""
        shown = self._shown.setdefault(error, (spec, name))
        if shown == (spec, name):
            return ""
        return shown[1] if shown[1] != name else shown[0]

    def _reference(self, spec: str, outcome: ReferenceOutcome, *, named: bool) -> PublishPackages:
        planned, transfer = outcome.plan.planned, outcome.transfer
        names = (planned.reference,)
        data = reference_data(
            spec,
            outcome.plan,
            action=str(outcome.action) if transfer else planned_word(outcome.action),
            why=outcome.why,
            message=outcome.message or None,
            **(transfer._asdict() if transfer else {}),
        )
        registry = outcome.plan.destination.registry
        by = "" if named else f" as a dependency: {spec}"
        if outcome.action == Action.SKIP:
            return PublishPackages(names, description=f"(by {outcome.why})", data=data)
        if outcome.action == Action.UP_TO_DATE:
            return PublishPackages(
                names, description=f"(up to date: {planned.local}){by}", data=data
            )
        if transfer and outcome.action in (Action.PUSHED, Action.TAGGED):
            where = f"{registry} with {planned.local}{by}"
            return Sent(names, None, where, data, transfer_line(outcome, transfer))
        other = self._shown_with(outcome.error or outcome.message, spec, planned.reference)
        message, why = ("" if other else outcome.message), outcome.why
        if other and outcome.action != Action.LEFT_OUT:
            why = f"the same error as for {other}"
        return _failure(names, message, f"{registry}: {why}" if why else str(registry), data)


def _failure(
    names: tuple[str, ...], message: str, description: str | None, data: PublishOutputData
) -> PublishPackages:
    return PublishPackages(names, printing(message, exit_code=1), description, data)


def transfer_line(outcome: ReferenceOutcome, transfer: Transfer) -> str:
    """One line: the action, the reference, its digest, and the transfer."""
    planned = outcome.plan.planned
    details = [
        f"{_amount(transfer.blobs_sent, transfer.bytes_sent)} sent",
        f"{_amount(transfer.blobs_skipped, transfer.bytes_skipped)} skipped",
        pluralize(transfer.requests, "request"),
        f"{transfer.seconds:.2f} s",
    ]
    if transfer.blobs_mounted:
        details.insert(2, f"{pluralize(transfer.blobs_mounted, 'blob')} mounted")
    return f"{outcome.action}: {planned.reference} {planned.local} ({'; '.join(details)})"


def _amount(blobs: int, size: int) -> str:
    return f"{pluralize(blobs, 'blob')}, {size:,} bytes"


def planned_word(action: Action) -> str:
    """The action as it is shown of a plan: a refusal stands out in a long table."""
    return str(action).upper() if action == Action.REFUSED else str(action)


def reference_data(spec: str, reference: ReferencePlan, **more: Any) -> PublishOutputData:
    """The entry of a reference in `--publish-output`."""
    destination, planned = reference.destination, reference.planned
    return _data(
        spec,
        reference=planned.reference,
        registry=destination.registry.address,
        repository=destination.repository,
        tags=(destination.tag,),
        digest=planned.local,
        remote_digest=planned.remote,
        **more,
    )


def _data(spec: str, **more: Any) -> PublishOutputData:
    return PublishOutputData({"package": spec, **more})
