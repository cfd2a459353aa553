"""Waits until packages are installed and healthy, and says what happens meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Callable, Iterable, Iterator, Sequence

from xpkg_tool.cluster.kubectl import ClusterError, Kubectl
from xpkg_tool.cluster.status import (
    PackageStatus,
    conditions_of,
    missing,
    status_of,
    why_not,
)
from xpkg_tool.diagnostics.finding import visible
from xpkg_tool.messages.install import InstalledObject

_INTERVAL = 2.0
# A cluster may restart its API server when many CRDs are installed at once.
_MOST_FAILURES = 10
# For one answer of kubectl, in seconds: a connection may be dead though the cluster is not; the
# last look needs some time, too; and so does what is asked for when the time is up.
_LONGEST, _SHORTEST, _AFTERWARDS = 30.0, 2.0, 10.0


@dataclass
class Clock:
    """Replaced in tests."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def wait(
    objects: Sequence[InstalledObject],
    kubectl: Kubectl,
    say: Callable[[str], None],
    *,
    timeout: float,
    clock: Clock | None = None,
) -> tuple[PackageStatus, ...]:
    """The statuses of the objects, in their order, once there is nothing to wait for any more or
    after `timeout` seconds, even if kubectl hangs. `say` gets a line for each change. Raises
    ClusterError where kubectl fails again and again, or was of no use all the time."""
    clock = clock or Clock()
    start = clock.now()
    known: tuple[PackageStatus, ...] = ()
    failures = 0
    while True:
        left = timeout - (clock.now() - start)
        try:
            found = _statuses(objects, kubectl, max(_SHORTEST, min(left, _LONGEST)))
            failures = 0
        except ClusterError as error:
            failures += 1
            left = timeout - (clock.now() - start)
            if failures == _MOST_FAILURES or (left <= 0 and not known):
                raise
            found = known
            if failures == 1:
                say(f"{_seconds(clock.now() - start)} {visible(str(error).splitlines()[0])}")
        for line in _changes(known, found):
            say(f"{_seconds(clock.now() - start)} {line}")
        known = found
        if known and all(status.is_settled for status in known):
            return known
        left = timeout - (clock.now() - start)
        if left <= 0:
            # Who did not answer just now is not asked for more.
            return known if failures else _explained(known, kubectl)
        clock.sleep(min(_INTERVAL, left))


def table(statuses: Iterable[PackageStatus]) -> str:
    """The statuses as a table, with why an object is not ready below it."""
    statuses = tuple(statuses)
    rows = [
        ("KIND", "NAME", "INSTALLED", "HEALTHY", "PACKAGE"),
        *(
            (s.kind, s.name, s.installed or "-", s.healthy or "-", s.package or "-")
            for s in statuses
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]])
        for row in rows
    ]
    for status in statuses:
        if not status.is_ready:
            why = f": {status.message}" if status.message else ""
            lines.append(f"\n{status.kind} {status.name} {status.words}{why}")
    return "\n".join("\n".join(map(visible, line.split("\n"))) for line in lines) + "\n"


def _statuses(
    objects: Sequence[InstalledObject], kubectl: Kubectl, timeout: float
) -> tuple[PackageStatus, ...]:
    answered = map(status_of, kubectl.objects([(o.kind, o.name) for o in objects], timeout))
    found = {(status.kind, status.name): status for status in answered}
    return tuple(found.get((o.kind, o.name), missing(o.kind, o.name, o.package)) for o in objects)


def _changes(before: Sequence[PackageStatus], after: Sequence[PackageStatus]) -> Iterator[str]:
    old = {(status.kind, status.name): status for status in before}
    for status in after:
        previous = old.get((status.kind, status.name))
        if previous is None or (previous.words, previous.message) != (status.words, status.message):
            why = f": {status.message}" if status.message and not status.is_settled else ""
            yield visible(f"{status.kind} {status.name} {status.words}{why}")


def _explained(statuses: Sequence[PackageStatus], kubectl: Kubectl) -> tuple[PackageStatus, ...]:
    """With what the revisions say of themselves, which may be more than the packages do."""
    wanted = [(s.kind, s.revision) for s in statuses if not s.is_settled and s.revision]
    try:
        revisions = kubectl.revisions(wanted, _AFTERWARDS) if wanted else ()
    except ClusterError:
        revisions = ()
    said = {str(r["metadata"]["name"]): why_not(conditions_of(r)) for r in revisions}
    return tuple(_with(status, said.get(status.revision, "")) for status in statuses)


def _with(status: PackageStatus, said: str) -> PackageStatus:
    if status.is_settled or not said or said in status.message:
        return status
    return replace(status, message="; ".join(filter(None, (status.message, said))))


def _seconds(seconds: float) -> str:
    return f"{seconds:5.0f} s "
