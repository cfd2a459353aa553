"""What became of the packages of a plan, and of their references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterable

from pants.engine.addresses import Address

from xpkg.publishing.plan import PackagePlan, ReferencePlan
from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import PublishedPackage, PublishedReference, Transfer

PUBLISHED = (Action.PUSHED, Action.TAGGED, Action.UP_TO_DATE)


@dataclass(frozen=True)
class ReferenceOutcome:
    """What became of a reference. `error` is the message without its place, as in the plan;
    `transfer` is what it took, where the tool ran."""

    plan: ReferencePlan
    action: Action
    why: str = ""
    message: str = ""
    error: str = ""
    transfer: Transfer | None = None


@dataclass(frozen=True)
class Published:
    """What became of a package."""

    package: PackagePlan
    references: tuple[ReferenceOutcome, ...]

    @property
    def address(self) -> Address:
        return self.package.address


def as_planned(package: PackagePlan) -> Published:
    """For a package of which nothing was to be written."""
    return Published(package, tuple(map(_as_planned, package.references)))


def as_published(package: PackagePlan, published: PublishedPackage) -> Published:
    """For a package that the tool has dealt with."""
    if published.failed:
        return _left_out(package, published.failed)
    answered = {entry.reference: entry for entry in published.references}
    return _published(package, lambda r: _written(r, answered[r.reference]))


def as_failed(package: PackagePlan, message: str, error: str) -> Published:
    """For a package that the tool did not get to, or not to the end of."""
    why = "the process failed"
    return _published(package, lambda r: ReferenceOutcome(r, Action.FAILED, why, message, error))


def _left_out(package: PackagePlan, failed: Iterable[str]) -> Published:
    why = f"depends on {', '.join(failed)}, which failed"
    message = f"{package.address} is not published: it {why}. Run it again when that is fixed."
    return _published(package, lambda r: ReferenceOutcome(r, Action.LEFT_OUT, why, message))


def _published(
    package: PackagePlan, written: Callable[[ReferencePlan], ReferenceOutcome]
) -> Published:
    """What became of the package, where `written` says it of the references to write."""
    to_write = package.to_write
    outcomes = (written(r) if r in to_write else _as_planned(r) for r in package.references)
    return Published(package, tuple(outcomes))


def _as_planned(reference: ReferencePlan) -> ReferenceOutcome:
    planned = reference.planned
    return ReferenceOutcome(reference, planned.action, planned.why, planned.message, planned.error)


def _written(reference: ReferencePlan, published: PublishedReference) -> ReferenceOutcome:
    return ReferenceOutcome(
        reference,
        published.action,
        reference.planned.why if published.action in PUBLISHED else reason_of(published.error),
        published.message,
        published.error,
        published.transfer,
    )


def reason_of(error: str) -> str:
    """The sentence of an error, without its code, its place and its remedy."""
    sentence, _, _ = error.partition("\n")
    return sentence.partition(": ")[2].rstrip(".")
