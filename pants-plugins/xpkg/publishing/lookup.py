"""Makes the plan: one process looks up all references of all packages that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.candidate import Candidate, CandidateRequest, Destination
from xpkg.publishing.failure import process_failed
from xpkg.publishing.plan import PackagePlan, PublishPlan, ReferencePlan, in_order, settle
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.plan import Action, PackageToPlan, PlanAnswer, PlannedReference, PlanRequest
from xpkg_tool.messages.registry import RegistryOptions


@dataclass(frozen=True)
class PublishPlanRequest:
    """Asks for the plan for the packages that the command line names."""

    named: tuple[Address, ...]


@dataclass(frozen=True)
class _LookupRequest:
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class _Lookup(Fresh):
    """What the tool says of each (address, reference)."""

    entries: FrozenDict[tuple[Address, str], PlannedReference]
    requests: int = 0


@rule
async def publish_plan(request: PublishPlanRequest, xpkg: XpkgSubsystem) -> PublishPlan:
    named = await MultiGet(Get(Candidate, CandidateRequest(a)) for a in request.named)
    others = sorted({a for c in named for a in c.dependencies}.difference(request.named))
    unnamed = await MultiGet(Get(Candidate, CandidateRequest(address)) for address in others)
    candidates = in_order((*named, *unnamed))
    not_built = [c.address.spec for c in named if not c.digest]
    if not_built:
        return PublishPlan(request.named, _stopped(candidates, not_built))
    lookup = await Get(_Lookup, _LookupRequest(candidates))
    packages = tuple(_planned(candidate, lookup) for candidate in candidates)
    settled = settle(packages, request.named, publish_dependencies=xpkg.publish_dependencies)
    return PublishPlan(request.named, settled, lookup.requests)


@rule
async def look_up(request: _LookupRequest, xpkg: XpkgSubsystem) -> _Lookup:
    wanted = [(c, _to_look_up(c)) for c in request.candidates]
    count = sum(len(destinations) for _, destinations in wanted)
    if not count:
        return _Lookup(FrozenDict())
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
    if environment.problems:
        why = "the environment cannot be used"
        return _failed(wanted, why, "\n".join(environment.problems), configuration=True)
    message = PlanRequest(
        directory=get_buildroot(),
        connections=max(1, xpkg.publish_connections),
        registries=registry_options(d for _, destinations in wanted for d in destinations),
        packages=tuple(
            PackageToPlan(c.address.spec, c.digest, tuple(d.reference for d in destinations))
            for c, destinations in wanted
            if destinations
        ),
        by_digest=xpkg.publish_plan,
    )
    asked = await Get(
        ToolAnswer,
        ToolRequest(
            message,
            f"Looking up {pluralize(count, 'reference')}",
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            may_fail=True,
        ),
    )
    if asked.failure:
        error = process_failed("Looking up the references", asked.failure)
        return _failed(wanted, "the process failed", error)
    answer = asked.read(PlanAnswer)
    addresses = {candidate.address.spec: candidate.address for candidate, _ in wanted}
    entries = {
        (addresses[package.name], planned.reference): planned._replace(why=planned.why.rstrip("."))
        for package in answer.packages
        for planned in package.references
    }
    return _Lookup(FrozenDict(entries), answer.requests)


def registry_options(destinations: Iterable[Destination]) -> FrozenDict[str, RegistryOptions]:
    """The `registries` of the tool's requests."""
    return FrozenDict({d.registry.host: d.registry.options for d in destinations})


def _to_look_up(candidate: Candidate) -> tuple[Destination, ...]:
    return tuple(d for d in candidate.destinations if not d.registry.skip_push)


def _failed(
    wanted: Iterable[tuple[Candidate, Iterable[Destination]]],
    why: str,
    error: str,
    *,
    configuration: bool = False,
) -> _Lookup:
    """The same for all references."""
    return _Lookup(
        FrozenDict(
            {
                (candidate.address, d.reference): PlannedReference(
                    d.reference,
                    candidate.digest,
                    None,
                    Action.FAILED,
                    why,
                    error,
                    error,
                    configuration,
                )
                for candidate, destinations in wanted
                for d in destinations
            }
        )
    )


def _stopped(candidates: Iterable[Candidate], names: list[str]) -> tuple[PackagePlan, ...]:
    """Nothing is looked up before all that the command line names is built. (The goal fails as
    well.)"""
    why = f"{', '.join(names)} cannot be built"
    return tuple(
        PackagePlan(
            candidate,
            tuple(
                _not_looked_up(candidate, d, Action.LEFT_OUT, why) for d in candidate.destinations
            ),
        )
        for candidate in candidates
    )


def _planned(candidate: Candidate, lookup: _Lookup) -> PackagePlan:
    references = tuple(_planned_reference(candidate, lookup, d) for d in candidate.destinations)
    return PackagePlan(candidate, references)


def _planned_reference(
    candidate: Candidate, lookup: _Lookup, destination: Destination
) -> ReferencePlan:
    if destination.registry.skip_push:
        why = f"`skip_push` on registry {destination.registry}"
        return _not_looked_up(candidate, destination, Action.SKIP, why)
    return ReferencePlan(destination, lookup.entries[candidate.address, destination.reference])


def _not_looked_up(
    candidate: Candidate, destination: Destination, action: Action, why: str
) -> ReferencePlan:
    planned = PlannedReference(destination.reference, candidate.digest, None, action, why)
    return ReferencePlan(destination, planned)


def rules() -> Iterable[Any]:
    return collect_rules()
