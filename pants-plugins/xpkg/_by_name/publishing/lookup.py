# Written by `python build-support/by_name.py`; do not edit.
"""What the registries have: one process of the tool looks up all references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import collect_rules, implicitly, rule
from xpkg.naming.environment import publish_environment
from xpkg.tool.run import ask_the_tool
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.destinations import Destination
from xpkg.publishing.failure import process_failed
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.plan import Action, PackageToPlan, PlanAnswer, PlannedReference, PlanRequest
from xpkg_tool.messages.registry import RegistryOptions


@dataclass(frozen=True)
class Wanted:
    """A package, the digest of its manifest, and the references to look up."""

    address: Address
    digest: str
    destinations: tuple[Destination, ...]


@dataclass(frozen=True)
class LookupRequest:
    """Asks for the `Lookup` of all references of the packages."""

    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Lookup(Fresh):
    """What the tool says of each (address, reference)."""

    entries: FrozenDict[tuple[Address, str], PlannedReference]
    requests: int = 0


@rule
async def look_up(request: LookupRequest, xpkg: XpkgSubsystem) -> Lookup:
    wanted = request.wanted
    count = sum(len(package.destinations) for package in wanted)
    if not count:
        return Lookup(FrozenDict())
    environment = await publish_environment(**implicitly(PublishEnvironmentRequest()))
    if environment.problems:
        why = "the environment cannot be used"
        return _failed(wanted, why, "\n".join(environment.problems), configuration=True)
    message = PlanRequest(
        directory=get_buildroot(),
        connections=max(1, xpkg.publish_connections),
        registries=registry_options(d for package in wanted for d in package.destinations),
        packages=tuple(
            PackageToPlan(p.address.spec, p.digest, tuple(d.reference for d in p.destinations))
            for p in wanted
            if p.destinations
        ),
        by_digest=xpkg.publish_plan,
    )
    asked = await ask_the_tool(**implicitly(ToolRequest(
            message,
            f"Looking up {pluralize(count, 'reference')}",
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            may_fail=True,
        )))
    if asked.failure:
        error = process_failed("Looking up the references", asked.failure)
        return _failed(wanted, "the process failed", error)
    answer = asked.read(PlanAnswer)
    addresses = {package.address.spec: package.address for package in wanted}
    entries = {
        (addresses[package.name], planned.reference): planned._replace(why=planned.why.rstrip("."))
        for package in answer.packages
        for planned in package.references
    }
    return Lookup(FrozenDict(entries), answer.requests)


def registry_options(destinations: Iterable[Destination]) -> FrozenDict[str, RegistryOptions]:
    """The `registries` of the tool's requests."""
    return FrozenDict({d.registry.host: d.registry.options for d in destinations})


def _failed(
    wanted: Iterable[Wanted],
    why: str,
    error: str,
    *,
    configuration: bool = False,
) -> Lookup:
    """The same for all references."""
    return Lookup(
        FrozenDict(
            {
                (package.address, d.reference): PlannedReference(
                    d.reference,
                    package.digest,
                    None,
                    Action.FAILED,
                    why,
                    error,
                    error,
                    configuration,
                )
                for package in wanted
                for d in package.destinations
            }
        )
    )


def rules() -> Iterable[Any]:
    return collect_rules()
