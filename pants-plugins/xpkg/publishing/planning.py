"""Makes the plan for the packages that the command line names and those that they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import AllTargets

from xpkg.publishing.candidate import Candidate, CandidateRequest
from xpkg.publishing.destinations import Destination, Destinations, DestinationsRequest
from xpkg.publishing.lookup import Lookup, LookupRequest, Wanted
from xpkg.publishing.plan import PackagePlan, PublishPlan, ReferencePlan, in_order, settle
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgSourcesField
from xpkg_tool.messages.plan import Action, PlannedReference


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
class _EarlyRequest:
    named: tuple[Address, ...]


@dataclass(frozen=True)
class _Early:
    """The references of the packages that the command line names, if all of them are built and have
    destinations that are right, and the repository has no others; else nothing."""

    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class _AllNamedRequest:
    named: tuple[Address, ...]


@dataclass(frozen=True)
class _AllNamed:
    """Whether the command line names all packages of the repository."""

    value: bool


@rule
async def publish_plan(request: PublishPlanRequest, xpkg: XpkgSubsystem) -> PublishPlan:
    # If no package can come besides, what the registries have can be looked up while it is found
    # out who depends on whom.
    early = await Get(_Early, _EarlyRequest(request.named))
    if early.wanted:
        lookup, named = await MultiGet(
            Get(Lookup, LookupRequest(early.wanted)),
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
        lookup = await Get(Lookup, LookupRequest(tuple(wanted)))
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


def _wanted(address: Address, digest: str, destinations: Iterable[Destination]) -> Wanted:
    return Wanted(address, digest, tuple(d for d in destinations if not d.registry.skip_push))


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


def _planned(candidate: Candidate, lookup: Lookup) -> PackagePlan:
    references = tuple(_planned_reference(candidate, lookup, d) for d in candidate.destinations)
    return PackagePlan(candidate, references)


def _planned_reference(
    candidate: Candidate, lookup: Lookup, destination: Destination
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
