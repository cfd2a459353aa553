"""A package that is about to be published: what was built, its destinations and dependencies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.fs import FileDigest
from pants.engine.internals.graph import CycleException
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import (
    TransitiveTargets,
    TransitiveTargetsRequest,
    WrappedTarget,
    WrappedTargetRequest,
)
from pants.util.frozendict import FrozenDict

from xpkg.building.build import NO_FILES
from xpkg.dependencies.check import RepositoryCheck, RepositoryCheckRequest
from xpkg.publishing.destinations import (
    UNPUBLISHABLE,
    Destination,
    Destinations,
    DestinationsRequest,
    Problem,
)
from xpkg.target_types import XpkgPinDependenciesField, XpkgSourcesField


@dataclass(frozen=True)
class CandidateRequest:
    """Asks for the `Candidate` of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class Candidate:
    """A package and its references.

    `digest` is that of its manifest, empty where it does not build; `files` has the digest of each
    of its files (BuildOutcome), and `size` is that of its layers in bytes. `package_name` is the
    name in the meta object.
    `dependencies` are the packages of this repository that it depends on, also indirectly, and
    `pinned_to` those whose digests are a part of it. With `skip_push` it goes nowhere.
    """

    address: Address
    digest: str = ""
    files: FrozenDict[str, FileDigest] = NO_FILES
    size: int = 0
    destinations: tuple[Destination, ...] = ()
    dependencies: tuple[Address, ...] = ()
    pinned_to: tuple[Address, ...] = ()
    skip_push: bool = False
    problem: Problem | None = None
    package_name: str = ""


@rule
async def publish_candidate(request: CandidateRequest) -> Candidate:
    address = request.address
    own = await Get(Destinations, DestinationsRequest(address))
    built = own.built
    if built is None:
        return Candidate(address, problem=own.problem)
    candidate = Candidate(address, built.digest, own.files, built.size, package_name=built.name)
    try:
        wrapped, transitive, check = await MultiGet(
            Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend")),
            Get(TransitiveTargets, TransitiveTargetsRequest([address])),
            Get(RepositoryCheck, RepositoryCheckRequest()),
        )
    except CycleException as error:
        # The message of Pants is about imports of source code.
        cycle = " -> ".join(map(str, error.path))
        text = (
            f"Its dependencies form a cycle: {cycle}.\n  help: Remove one of them, from "
            "`spec.dependsOn` or from the targets' `dependencies`."
        )
        return replace(candidate, problem=Problem(UNPUBLISHABLE, text))
    # The dependencies of the package itself are fine; here it is one of a dependency's. There is no
    # list of what can be raised (target_faults.py).
    except Exception as error:
        return replace(candidate, problem=Problem(UNPUBLISHABLE, str(error)))
    member = check.of(address)
    if member.failed:
        return replace(candidate, problem=Problem("does not pass lint", member.text))
    dependencies = sorted(
        t.address for t in transitive.dependencies if t.has_field(XpkgSourcesField)
    )
    candidate = replace(candidate, dependencies=tuple(dependencies))
    if wrapped.target[XpkgPinDependenciesField].value:
        meant = {a: None for addresses in member.meant.values() for a in addresses}
        candidate = replace(candidate, pinned_to=tuple(meant))
    return replace(
        candidate,
        destinations=own.destinations,
        skip_push=own.skip_push,
        problem=own.problem,
    )


def rules() -> Iterable[Any]:
    return collect_rules()
