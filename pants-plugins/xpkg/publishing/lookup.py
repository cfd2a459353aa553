"""Makes the plan: one process looks up all references of all packages that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import AllTargets
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.candidate import (
    Candidate,
    CandidateRequest,
    Destination,
    Destinations,
    DestinationsRequest,
)
from xpkg.publishing.failure import process_failed
from xpkg.publishing.plan import PackagePlan, PublishPlan, ReferencePlan, in_order, settle
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgSourcesField
from xpkg.tool.fresh import Fresh
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.plan import Action, PackageToPlan, PlanAnswer, PlannedReference, PlanRequest
from xpkg_tool.messages.registry import RegistryOptions


@dataclass(frozen=True)
class PublishPlanRequest:
    """Asks for the plan for the packages that the command line names."""

    named: tuple[Address, ...]


@dataclass(frozen=True)
class _CandidatesOfRequest:
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class _CandidatesOf:
    packages: tuple[Candidate, ...]


@dataclass(frozen=True)
class _Wanted:
    """A package, the digest of its manifest, and the references to look up."""

    address: Address
    digest: str
    destinations: tuple[Destination, ...]


@dataclass(frozen=True)
class _EarlyRequest:
    named: tuple[Address, ...]


@dataclass(frozen=True)
class _Early:
    """The references of the packages that the command line names, if all of them are built and have
    destinations that are right, and the repository has no others; else nothing."""

    wanted: tuple[_Wanted, ...] = ()


@dataclass(frozen=True)
class _AllNamedRequest:
    named: tuple[Address, ...]


@dataclass(frozen=True)
class _AllNamed:
    """Whether the command line names all packages of the repository."""

    value: bool


@dataclass(frozen=True)
class _LookupRequest:
    wanted: tuple[_Wanted, ...]


@dataclass(frozen=True)
class _Lookup(Fresh):
    """What the tool says of each (address, reference)."""

    entries: FrozenDict[tuple[Address, str], PlannedReference]
    requests: int = 0


@rule
async def publish_plan(request: PublishPlanRequest, xpkg: XpkgSubsystem) -> PublishPlan:
    # If no package can come besides, what the registries have can be looked up while it is found
    # out who depends on whom.
    early = await Get(_Early, _EarlyRequest(request.named))
    if early.wanted:
        lookup, named = await MultiGet(
            Get(_Lookup, _LookupRequest(early.wanted)),
            Get(_CandidatesOf, _CandidatesOfRequest(request.named)),
        )
        candidates = in_order(named.packages)
    else:
        named = await Get(_CandidatesOf, _CandidatesOfRequest(request.named))
        others = {a for c in named.packages for a in c.dependencies}.difference(request.named)
        unnamed = await Get(_CandidatesOf, _CandidatesOfRequest(tuple(sorted(others))))
        candidates = in_order((*named.packages, *unnamed.packages))
        not_built = [c.address.spec for c in named.packages if not c.digest]
        if not_built:
            return PublishPlan(request.named, _stopped(candidates, not_built))
        wanted = (_wanted(c.address, c.digest, c.destinations) for c in candidates)
        lookup = await Get(_Lookup, _LookupRequest(tuple(wanted)))
    packages = tuple(_planned(candidate, lookup) for candidate in candidates)
    settled = settle(packages, request.named, publish_dependencies=xpkg.publish_dependencies)
    return PublishPlan(request.named, settled, lookup.requests)


@rule
async def find_early(request: _EarlyRequest) -> _Early:
    try:
        everything = await Get(_AllNamed, _AllNamedRequest(request.named))
    # Some BUILD file is wrong, which is said of each package that it concerns.
    except Exception:
        return _Early()
    if not everything.value:
        return _Early()
    destinations = await MultiGet(
        Get(Destinations, DestinationsRequest(address)) for address in request.named
    )
    digests = [d.built.digest for d in destinations if d.built and not d.problem]
    if len(digests) < len(request.named):
        return _Early()
    return _Early(
        tuple(
            _wanted(address, digest, d.destinations)
            for address, digest, d in zip(request.named, digests, destinations)
        )
    )


@rule
async def all_named(request: _AllNamedRequest, all_targets: AllTargets) -> _AllNamed:
    packages = {target.address for target in all_targets if target.has_field(XpkgSourcesField)}
    return _AllNamed(packages == {*request.named})


@rule
async def find_candidates_of(request: _CandidatesOfRequest) -> _CandidatesOf:
    return _CandidatesOf(
        await MultiGet(Get(Candidate, CandidateRequest(a)) for a in request.addresses)
    )


@rule
async def look_up(request: _LookupRequest, xpkg: XpkgSubsystem) -> _Lookup:
    wanted = request.wanted
    count = sum(len(package.destinations) for package in wanted)
    if not count:
        return _Lookup(FrozenDict())
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
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
    addresses = {package.address.spec: package.address for package in wanted}
    entries = {
        (addresses[package.name], planned.reference): planned._replace(why=planned.why.rstrip("."))
        for package in answer.packages
        for planned in package.references
    }
    return _Lookup(FrozenDict(entries), answer.requests)


def registry_options(destinations: Iterable[Destination]) -> FrozenDict[str, RegistryOptions]:
    """The `registries` of the tool's requests."""
    return FrozenDict({d.registry.host: d.registry.options for d in destinations})


def _wanted(address: Address, digest: str, destinations: Iterable[Destination]) -> _Wanted:
    return _Wanted(address, digest, tuple(d for d in destinations if not d.registry.skip_push))


def _failed(
    wanted: Iterable[_Wanted],
    why: str,
    error: str,
    *,
    configuration: bool = False,
) -> _Lookup:
    """The same for all references."""
    return _Lookup(
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
