"""What `pants publish` shows of what was done, and what goes into `--publish-output`.

The goal runs processes one after another; all work is done before, so these only print and give the
exit code.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from pants.core.goals.publish import PublishOutputData, PublishPackages
from pants.engine.process import InteractiveProcess
from pants.util.strutil import pluralize

from xpkg.publishing.execute import PUSHED, TAGGED, Published, PublishedReference
from xpkg.publishing.log_commands import without_commands
from xpkg.publishing.plan import LEFT_OUT, NOT_ASKED_FOR, SKIP, UP_TO_DATE, PlannedReference

# An argument of a process has at most 128 KiB.
_ARGUMENT_CHARACTERS = 30_000


def printing(text: str, *, exit_code: int) -> InteractiveProcess:
    """A process that prints `text`, to standard error where it fails; nothing where it is empty."""
    if not text:
        return InteractiveProcess(argv=("/bin/sh", "-c", f"exit {exit_code}"))
    # The text is in arguments, not part of the script, so that nothing in it is run.
    text = without_commands(text)
    stream = ">&2" if exit_code else ""
    script = f'printf %s "$@" {stream}; exit {exit_code}'
    chunks = [
        text[start : start + _ARGUMENT_CHARACTERS]
        for start in range(0, len(text), _ARGUMENT_CHARACTERS)
    ]
    return InteractiveProcess(argv=("/bin/sh", "-c", script, "sh", *chunks, "\n"))


class Reporter:
    """Makes the entries of all packages of a run, one after another, so that what several have in
    common is shown once: with the first of them. The others name that one."""

    def __init__(self) -> None:
        # The package and the name with which each error is shown.
        self._shown: dict[str, tuple[str, str]] = {}

    def entries(self, published: Published, *, named: bool) -> Iterator[PublishPackages]:
        """One entry for each reference. `named`: the command line names the package; else it is
        there because others depend on it."""
        package = published.package
        spec = package.address.spec
        if package.candidate.skip_push:
            reason = f"(by `skip_push` on {spec})"
            yield PublishPackages((spec,), description=reason, data=_data(spec, action=SKIP))
            return
        if package.problem:
            message = package.problem.of(package.address)
            data = _data(spec, action="failed", why=package.problem.what, message=message)
            other = self._shown_with(package.problem.error, spec, spec)
            if other:
                yield _failure((spec,), "", f"the same reason as {other}", data)
            else:
                yield _failure((spec,), message, None, data)
            return
        for reference in published.references:
            if reference.action != NOT_ASKED_FOR:
                yield self._reference(spec, reference, named=named)

    def _shown_with(self, error: str, spec: str, name: str) -> str:
        """What `error` was shown with before; empty where this is the first time."""
        shown = self._shown.setdefault(error, (spec, name))
        if shown == (spec, name):
            return ""
        return shown[1] if shown[1] != name else shown[0]

    def _reference(
        self, spec: str, published: PublishedReference, *, named: bool
    ) -> PublishPackages:
        planned = published.planned
        names = (planned.reference,)
        data = reference_data(
            spec,
            planned,
            action=published.action,
            why=published.why,
            message=published.message or None,
            **published.transfer,
        )
        registry = planned.destination.registry
        by = "" if named else f" as a dependency: {spec}"
        if published.action == SKIP:
            return PublishPackages(names, description=f"(by {published.why})", data=data)
        if published.action == UP_TO_DATE:
            return PublishPackages(
                names, description=f"(up to date: {planned.local}){by}", data=data
            )
        if published.action in (PUSHED, TAGGED):
            return PublishPackages(
                names,
                printing(transfer_line(published), exit_code=0),
                f"{registry} with {planned.local}{by}",
                data,
            )
        other = self._shown_with(published.error or published.message, spec, planned.reference)
        message, why = ("" if other else published.message), published.why
        if other and published.action != LEFT_OUT:
            why = f"the same error as for {other}"
        return _failure(names, message, f"{registry}: {why}" if why else str(registry), data)


def _failure(
    names: tuple[str, ...], message: str, description: str | None, data: PublishOutputData
) -> PublishPackages:
    return PublishPackages(names, printing(message, exit_code=1), description, data)


def transfer_line(published: PublishedReference) -> str:
    """What was done, the reference, its digest, and what it took: one line."""
    transfer, planned = published.transfer, published.planned
    details = [
        f"{_amount(transfer, 'sent')} sent",
        f"{_amount(transfer, 'skipped')} skipped",
        pluralize(transfer["requests"], "request"),
        f"{transfer['seconds']:.2f} s",
    ]
    if transfer["blobs_mounted"]:
        details.insert(2, f"{pluralize(transfer['blobs_mounted'], 'blob')} mounted")
    return f"{published.action}: {planned.reference} {planned.local} ({'; '.join(details)})"


def _amount(transfer: Mapping[str, Any], what: str) -> str:
    blobs = pluralize(transfer[f"blobs_{what}"], "blob")
    return f"{blobs}, {transfer[f'bytes_{what}']:,} bytes"


def reference_data(spec: str, planned: PlannedReference, **more: Any) -> PublishOutputData:
    """The entry of a reference in `--publish-output`."""
    destination = planned.destination
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
