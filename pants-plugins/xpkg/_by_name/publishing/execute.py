# Written by `python build-support/by_name.py`; do not edit.
"""Publishes as planned: one process of the tool writes all that is to be written."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, FileEntry
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.intrinsics import create_digest
from xpkg.naming.environment import publish_environment
from xpkg.publishing.planning import publish_plan
from xpkg.tool.run import ask_the_tool
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import pluralize

from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.failure import process_failed
from xpkg.publishing.follow import following
from xpkg.publishing.lookup import registry_options
from xpkg.publishing.outcome import Published, as_failed, as_planned, as_published
from xpkg.publishing.plan import PackagePlan, PublishPlan, predecessors
from xpkg.publishing.planning import PublishPlanRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import ARCHIVE
from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import (
    PackageToPublish,
    PublishAnswer,
    PublishedPackage,
    PublishRequest,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedPackagesRequest:
    """Asks for what becomes of the packages in the plan for `named`."""

    named: tuple[Address, ...]


@dataclass(frozen=True)
class PublishedPackages(Fresh):
    """What became of all packages of a plan, in its order."""

    packages: tuple[Published, ...]


@dataclass(frozen=True)
class _Written:
    """What the tool says of each package that was to be written, by its name. Of those that it
    does not know of, `failure` says why."""

    packages: Mapping[str, PublishedPackage]
    failure: str = ""


# Stands before its caller because the engine looks for `Get`s there.
async def _write(plan: PublishPlan, xpkg: XpkgSubsystem, *, dynamic_ui: bool) -> _Written:
    packages = [plan.package(address) for address in plan.to_write]
    environment = await publish_environment(**implicitly(PublishEnvironmentRequest()))
    # Nothing but the archives: of a thousand packages, each file in a sandbox counts.
    archives = await create_digest(**implicitly(CreateDigest(
            FileEntry(_archive_name(number), package.candidate.files[ARCHIVE])
            for number, package in enumerate(packages)
        )))

    def began(name: str) -> None:
        package = plan.package(addresses[name])
        place = f"{plan.number(package.address)} of {len(packages)}"
        line = f"Publishing {name} ({place}, {package.candidate.size:,} bytes)"
        logger.info(line)

    addresses = {address.spec: address for address in plan.to_write}
    with following(began) as events:
        message = PublishRequest(
            directory=get_buildroot(),
            connections=max(1, xpkg.publish_connections),
            registries=registry_options(r.destination for p in packages for r in p.to_write),
            packages=_to_publish(packages),
            events=str(events.file),
        )
        asked = await ask_the_tool(**implicitly(ToolRequest(
                message,
                f"Publishing {pluralize(len(packages), 'package')}",
                (archives,),
                cache_scope=ProcessCacheScope.PER_SESSION,
                # For a person at a terminal: that it is under way, and for how long.
                level=LogLevel.INFO if dynamic_ui else LogLevel.DEBUG,
                env=environment.variables,
                may_fail=True,
            )))
    if asked.failure:
        return _Written(events.published, asked.failure)
    return _Written({p.name: p for p in asked.read(PublishAnswer).packages})


@rule
async def publish_as_planned(
    request: PublishedPackagesRequest, xpkg: XpkgSubsystem, global_options: GlobalOptions
) -> PublishedPackages:
    plan = await publish_plan(**implicitly(PublishPlanRequest(request.named)))
    if not plan.to_write:
        return PublishedPackages(tuple(map(as_planned, plan.packages)))
    written = await _write(plan, xpkg, dynamic_ui=global_options.dynamic_ui)
    return PublishedPackages(tuple(_outcome(package, written) for package in plan.packages))


def _to_publish(packages: Sequence[PackagePlan]) -> tuple[PackageToPublish, ...]:
    return tuple(
        PackageToPublish(
            name=package.address.spec,
            digest=package.candidate.digest,
            archive=_archive_name(number),
            references=tuple(r.planned for r in package.to_write),
            mount_from=_mount_from(package),
            after=after,
        )
        for number, (package, after) in enumerate(zip(packages, predecessors(packages)))
    )


def _archive_name(number: int) -> str:
    return f"{number}.xpkg"


def _outcome(package: PackagePlan, written: _Written) -> Published:
    if not package.to_write:
        return as_planned(package)
    name = package.address.spec
    if name in written.packages:
        return as_published(package, written.packages[name])
    # The same error for all of them.
    error = process_failed("Publishing", written.failure)
    return as_failed(package, process_failed(f"Publishing {name}", written.failure), error)


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
