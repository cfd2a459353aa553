"""What `--xpkg-publish-plan` shows: one table for all packages, and an entry for each reference."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Iterator, Sequence

from pants.core.goals.publish import PublishOutputData, PublishPackages
from pants.util.strutil import pluralize

from xpkg.publishing.few_processes import printing
from xpkg.publishing.plan import PackagePlan, PublishPlan
from xpkg.publishing.report import planned_word, reference_data
from xpkg_tool.messages.plan import Action

_HEADINGS = ("ACTION", "REFERENCE", "LOCAL", "REMOTE", "WHY")
_NO_DIGEST = "-"
_ALGORITHM = "sha256:"
_SHORT_DIGEST = 12


@dataclass(frozen=True)
class Planned(PublishPackages):
    """An entry of a plan: nothing of it is published, whatever its process says."""

    def get_output_data(self, **extra_data: Any) -> PublishOutputData:
        data = super().get_output_data(**extra_data)
        return PublishOutputData({**data, "published": False, "status": "planned"})


def planned_packages(package: PackagePlan) -> Iterator[PublishPackages]:
    """The entries of a package, without names, so that the goal prints no line for them."""
    spec = package.address.spec
    if not package.references:
        action = Action.FAILED if package.problem else Action.SKIP
        message = package.problem.of(package.address) if package.problem else None
        failure = {"package": spec, "action": str(action), "message": message}
        yield Planned((), data=PublishOutputData(failure))
    for reference in package.references:
        data = reference_data(
            spec,
            reference,
            action=planned_word(reference.action),
            why=reference.planned.why,
            message=reference.planned.message or None,
        )
        yield Planned((), data=data)


def plan_summary(plan: PublishPlan) -> PublishPackages:
    """The process that shows the table; it fails when something would be refused or would fail."""
    counts = {"references": sum(len(p.references) for p in plan.packages)}
    data = PublishOutputData(
        {**counts, "requests": plan.requests, "plan": "conflicts" if plan.stopped else "ok"}
    )
    return Planned((), printing(render(plan), exit_code=1 if plan.stopped else 0), data=data)


def render(plan: PublishPlan) -> str:
    """The table, the number of each action, then each error once. Rows refer to errors by
    number."""
    errors = _Errors()
    rows = [row for package in plan.packages for row in _rows(package, errors)]
    lines = [*_table([_HEADINGS, *rows]), "", _totals(plan, rows)]
    return "\n".join([*lines, *errors.texts()])


class _Errors:
    """The errors of a plan, numbered in the order in which they are first met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cited(self, why: str, error: str) -> str:
        """`why`, with the number of `error` where there is one."""
        if not error:
            return why
        return f"{why} [{self._numbers.setdefault(error, len(self._numbers) + 1)}]"

    def texts(self) -> Iterator[str]:
        return (f"\n[{number}] {error}" for error, number in self._numbers.items())


def _rows(package: PackagePlan, errors: _Errors) -> Iterator[tuple[str, ...]]:
    spec, local = package.address.spec, _short(package.candidate.digest)
    if package.problem:
        why = errors.cited(package.problem.what, package.problem.error)
        yield (str(Action.FAILED), spec, local, _NO_DIGEST, why)
    elif not package.references:
        yield (str(Action.SKIP), spec, local, _NO_DIGEST, "`skip_push` on the target")
    for reference in package.references:
        planned = reference.planned
        why = errors.cited(planned.why, planned.error)
        remote = _short(planned.remote or "")
        yield (planned_word(planned.action), planned.reference, local, remote, why)


def _short(digest: str) -> str:
    """Enough digits to tell digests apart; errors and JSON have all of them."""
    return digest[len(_ALGORITHM) :][:_SHORT_DIGEST] or _NO_DIGEST


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()


def _totals(plan: PublishPlan, rows: Sequence[Sequence[str]]) -> str:
    counts = Counter(action for action, *_ in rows)
    found = ", ".join(f"{action}: {count}" for action, count in sorted(counts.items()))
    requests = pluralize(plan.requests, "request")
    return f"{found or 'no references'} ({requests}). Nothing was written."
