"""Makes the plan: one process looks up all references of all packages that are asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from pants.base.build_environment import get_buildroot
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestContents
from pants.engine.process import FallibleProcessResult, Process, ProcessCacheScope
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.publishing.candidate import Candidate, CandidateRequest, Destination
from xpkg.publishing.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.publishing.failure import broken_off
from xpkg.publishing.plan import (
    FAILED,
    LEFT_OUT,
    SKIP,
    PlannedPackage,
    PlannedReference,
    PublishPlan,
    in_order,
    settle,
)
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.fresh import Fresh
from xpkg.tool.process import ToolProcess, json_file

_REQUEST = "xpkg-request.json"
_OUTPUT = "xpkg-output"


@dataclass(frozen=True)
class PublishPlanRequest:
    """Asks for the plan for the packages that the command line names."""

    named: tuple[Address, ...]


@dataclass(frozen=True)
class _LookupRequest:
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class _Lookup(Fresh):
    """What the tool says of each (address, reference): its entry of the answer."""

    entries: FrozenDict[tuple[Address, str], FrozenDict[str, Any]]
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
    wanted = {c.address: _to_look_up(c) for c in request.candidates}
    count = sum(map(len, wanted.values()))
    if not count:
        return _Lookup(FrozenDict())
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
    if environment.problems:
        why = "the environment cannot be used"
        return _same_for_all(wanted, why, "\n".join(environment.problems), configuration=True)
    question = {
        "directory": get_buildroot(),
        "connections": max(1, xpkg.publish_connections),
        "registries": registry_options(d for c in wanted.values() for d in c),
        "byDigest": xpkg.publish_plan,
        "packages": [
            {
                "name": candidate.address.spec,
                "digest": candidate.digest,
                "references": [d.reference for d in wanted[candidate.address]],
            }
            for candidate in request.candidates
            if wanted[candidate.address]
        ],
    }
    input_digest = await Get(Digest, CreateDigest([json_file(_REQUEST, question)]))
    process = await Get(
        Process,
        ToolProcess(
            args=("plan", _REQUEST, _OUTPUT),
            input_digest=input_digest,
            output_directory=_OUTPUT,
            description=f"Looking up {pluralize(count, 'reference')}",
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
        ),
    )
    result = await Get(FallibleProcessResult, Process, process)
    files = await Get(DigestContents, Digest, result.output_digest)
    if result.exit_code or not files:
        error = broken_off("Looking up the references", result)
        return _same_for_all(wanted, "the process broke off", error)
    answer = json.loads(files[0].content)
    addresses = {address.spec: address for address in wanted}
    entries = {
        (addresses[package["name"]], entry["reference"]): FrozenDict(entry)
        for package in answer["packages"]
        for entry in package["references"]
    }
    return _Lookup(FrozenDict(entries), answer["requests"])


def registry_options(destinations: Iterable[Destination]) -> Mapping[str, Any]:
    """The `registries` of the tool's requests."""
    return {d.registry.host: d.registry.connection_options() for d in destinations}


def _to_look_up(candidate: Candidate) -> tuple[Destination, ...]:
    return tuple(d for d in candidate.destinations if not d.registry.skip_push)


def _same_for_all(
    wanted: Mapping[Address, Sequence[Destination]],
    why: str,
    error: str,
    *,
    configuration: bool = False,
) -> _Lookup:
    entry: FrozenDict[str, Any] = FrozenDict(
        action=FAILED,
        why=why,
        message=error,
        error=error,
        remote=None,
        configuration=configuration,
    )
    return _Lookup(FrozenDict({(a, d.reference): entry for a, ds in wanted.items() for d in ds}))


def _stopped(candidates: Iterable[Candidate], names: list[str]) -> tuple[PlannedPackage, ...]:
    """Nothing is looked up before all that the command line names is built. (The goal fails as
    well.)"""
    why = f"{', '.join(names)} cannot be built"
    return tuple(
        PlannedPackage(
            candidate,
            tuple(
                PlannedReference(destination, candidate.digest, None, LEFT_OUT, why)
                for destination in candidate.destinations
            ),
        )
        for candidate in candidates
    )


def _planned(candidate: Candidate, lookup: _Lookup) -> PlannedPackage:
    references = tuple(_planned_reference(candidate, lookup, d) for d in candidate.destinations)
    return PlannedPackage(candidate, references)


def _planned_reference(
    candidate: Candidate, lookup: _Lookup, destination: Destination
) -> PlannedReference:
    local = candidate.digest
    if destination.registry.skip_push:
        why = f"`skip_push` on registry {destination.registry}"
        return PlannedReference(destination, local, None, SKIP, why)
    entry = lookup.entries[(candidate.address, destination.reference)]
    return PlannedReference(
        destination,
        local,
        entry["remote"],
        entry["action"] or FAILED,
        (entry["why"] or "").rstrip("."),
        entry["message"] or "",
        entry["error"] or "",
        bool(entry["configuration"]),
    )


def rules() -> Iterable[Any]:
    return collect_rules()
