# Written by `python build-support/by_name.py`; do not edit.
"""Publishes a package: after those it depends on, in one process, if there is anything to write."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Callable, Iterable

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from xpkg.publishing.environment import publish_environment
from xpkg.publishing.lookup import publish_plan
from xpkg.tool.run import ask_the_tool
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.publishing.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.failure import process_failed
from xpkg.publishing.lookup import PublishPlanRequest, registry_options
from xpkg.publishing.plan import PackagePlan, PublishPlan, ReferencePlan
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages import (
    ARCHIVE,
    Action,
    PublishAnswer,
    PublishedReference,
    PublishRequest,
    Transfer,
)

logger = logging.getLogger(__name__)

PUBLISHED = (Action.PUSHED, Action.TAGGED, Action.UP_TO_DATE)


@dataclass(frozen=True)
class PublishedRequest:
    """Asks for what becomes of the package at `address` in the plan for `named`."""

    address: Address
    named: tuple[Address, ...]


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

    @property
    def failed(self) -> bool:
        return self.action in (Action.FAILED, Action.REFUSED)


@dataclass(frozen=True)
class Published(Fresh):
    """What became of a package."""

    package: PackagePlan
    references: tuple[ReferenceOutcome, ...]

    @property
    def address(self) -> Address:
        return self.package.address

    @property
    def failed(self) -> bool:
        return any(reference.failed for reference in self.references)


@rule
async def publish_as_planned(
    request: PublishedRequest, xpkg: XpkgSubsystem, global_options: GlobalOptions
) -> Published:
    plan = await publish_plan(**implicitly(PublishPlanRequest(request.named)))
    package = plan.package(request.address)
    if not package.to_write:
        return Published(package, tuple(map(_as_planned, package.references)))
    lanes = min(max(1, xpkg.publish_connections), len(plan.to_write))
    before = plan.before(request.address, lanes)
    dependencies = await concurrently(
        publish_as_planned(**implicitly(PublishedRequest(address, request.named)))
        for address in package.candidate.dependencies
    )
    if before is not None:
        await publish_as_planned(**implicitly(PublishedRequest(before, request.named)))
    failed = [dependency.address.spec for dependency in dependencies if dependency.failed]
    if failed:
        return _left_out(package, failed)
    beginning = (
        f"Publishing {package.address} ({plan.number(request.address)} of {len(plan.to_write)}, "
        f"{package.candidate.size:,} bytes)"
    )
    environment = await publish_environment(**implicitly(PublishEnvironmentRequest()))
    message = PublishRequest(
        directory=get_buildroot(),
        connections=max(1, xpkg.publish_connections) // lanes,
        registries=registry_options(r.destination for r in package.to_write),
        name=package.address.spec,
        digest=package.candidate.digest,
        archive=ARCHIVE,
        references=tuple(r.planned for r in package.to_write),
        mount_from=_mount_from(package),
    )
    if not global_options.dynamic_ui:
        # Pants hands over a process's output when the process has ended, so this is said here.
        logger.info(beginning)
    asked = await ask_the_tool(**implicitly(ToolRequest(
            message,
            beginning,
            (package.candidate.files,),
            cache_scope=ProcessCacheScope.PER_SESSION,
            # For a person at a terminal: what is under way, and for how long. A log has its line.
            level=LogLevel.INFO if global_options.dynamic_ui else LogLevel.DEBUG,
            env=environment.variables,
            may_fail=True,
        )))
    if asked.failure:
        return _all_written(
            package, (), process_failed(f"Publishing {package.address}", asked.failure)
        )
    return _all_written(package, asked.read(PublishAnswer).references, "")


def _as_planned(reference: ReferencePlan) -> ReferenceOutcome:
    planned = reference.planned
    return ReferenceOutcome(reference, planned.action, planned.why, planned.message, planned.error)


def _left_out(package: PackagePlan, failed: Iterable[str]) -> Published:
    why = f"depends on {', '.join(failed)}, which failed"
    message = f"{package.address} is not published: it {why}. Run it again when that is fixed."
    return _published(package, lambda r: ReferenceOutcome(r, Action.LEFT_OUT, why, message))


def _all_written(
    package: PackagePlan, answered: Iterable[PublishedReference], failure: str
) -> Published:
    published = {entry.reference: entry for entry in answered}
    return _published(package, lambda r: _written(r, published.get(r.reference), failure))


def _published(
    package: PackagePlan, written: Callable[[ReferencePlan], ReferenceOutcome]
) -> Published:
    """What became of the package, where `written` says it of the references to write."""
    to_write = package.to_write
    outcomes = (written(r) if r in to_write else _as_planned(r) for r in package.references)
    return Published(package, tuple(outcomes))


def _written(
    reference: ReferencePlan, published: PublishedReference | None, failure: str
) -> ReferenceOutcome:
    if published is None:
        return ReferenceOutcome(reference, Action.FAILED, "the process failed", failure)
    return ReferenceOutcome(
        reference,
        published.action,
        reference.planned.why if published.action in PUBLISHED else "",
        published.message,
        published.error,
        published.transfer,
    )


def _mount_from(package: PackagePlan) -> FrozenDict[str, tuple[str, ...]]:
    """The repositories that are known to hold the same blobs, by registry."""
    found: dict[str, set[str]] = {}
    for reference in package.references:
        if reference.action == Action.UP_TO_DATE:
            destination = reference.destination
            found.setdefault(destination.registry.host, set()).add(destination.repository_on_host)
    return FrozenDict({host: tuple(sorted(names)) for host, names in found.items()})


def rules() -> Iterable[Any]:
    return collect_rules()
