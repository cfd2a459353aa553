"""Finds what a package with `pin_dependencies` is pinned to: packages of the repository, which the
build builds first, and others, which are left to the lock, which the tool reads.

A rule that awaits itself, as building does here, has to do so in one module: later versions of
Pants await rules by name, and modules cannot import each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.building.buckets import Buckets
from xpkg.building.pinning import (
    Pins,
    PinsRequest,
    PinTargets,
    PinTargetsRequest,
    cycle_through,
)
from xpkg.dependencies.internal import InternalDependencies, InternalDependenciesRequest
from xpkg.dependencies.repository import RepositoryPackage, RepositoryPackages
from xpkg.dependencies.resolves import LockFile, LockFileRequest, Resolves
from xpkg_tool.messages.build import OwnPin, Pinning


@dataclass(frozen=True)
class PinnedPackages:
    """The packages with `pin_dependencies`, and those of them that each depends on."""

    dependencies: FrozenDict[Address, tuple[Address, ...]]


@rule
async def find_pinned_packages(buckets: Buckets) -> PinnedPackages:
    each = await MultiGet(
        Get(InternalDependencies, InternalDependenciesRequest(address))
        for address in buckets.pinned
    )
    pinned = frozenset(buckets.pinned)
    return PinnedPackages(
        FrozenDict(
            {
                address: tuple(a for entry in found.entries for a in entry.addresses if a in pinned)
                for address, found in zip(buckets.pinned, each)
            }
        )
    )


@rule
async def find_pin_targets(request: PinTargetsRequest, pinned: PinnedPackages) -> PinTargets:
    address = request.address
    cycle = cycle_through(address, pinned.dependencies)
    if cycle:
        path = " -> ".join(member.spec for member in cycle)
        problem = (
            "`pin_dependencies` needs the digest of each package before that of the next, and they "
            f"form a cycle: {path}.\n  help: Remove one of the dependencies, or `pin_dependencies` "
            "from one of the targets."
        )
        return PinTargets(problems=(problem,))
    internal = await Get(InternalDependencies, InternalDependenciesRequest(address))
    problems = [
        f"{entry.entry.package} is published by several targets, and {address} can be pinned to "
        f"one only: {', '.join(member.spec for member in entry.addresses)}.\n"
        "  help: Name the one that is meant in `dependencies`."
        for entry in internal.entries
        if len(entry.addresses) > 1
    ]
    if problems:
        return PinTargets(problems=tuple(problems))
    return PinTargets(
        tuple(entry.entry.place for entry in internal.entries),
        tuple(entry.addresses[0] for entry in internal.entries),
    )


@rule(desc="Find the digests to pin a Crossplane package to", level=LogLevel.DEBUG)
async def find_pins(
    request: PinsRequest, resolves: Resolves, repository: RepositoryPackages
) -> Pins:
    address, targets = request.address, request.targets
    pairs = tuple(zip(targets.addresses, request.digests))
    failed = tuple(dict.fromkeys(a.spec for a, digest in pairs if digest is None))
    problems = targets.problems
    if failed:
        problem = (
            f"{address} is pinned to packages that cannot be built: {', '.join(failed)}.\n"
            f"  help: Correct their errors, which are shown as well, or with `{bin_name()} lint "
            f"{' '.join(failed)}`."
        )
        problems = (problem,)
    if problems:
        wrapped = await Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend"))
        start = f"{wrapped.target.description_of_origin}: error: "
        return Pins(problem="\n\n".join(start + problem for problem in problems))
    resolve = resolves.by_name[resolves.of_target[address]]
    lock = await Get(LockFile, LockFileRequest(resolve.path))
    own = tuple(
        _own_pin(place, digest or "", repository.packages[target])
        for place, (target, digest) in zip(targets.places, pairs)
    )
    command = f"{bin_name()} generate-lockfiles --resolve={resolve.name}"
    return Pins(Pinning(own, resolve.path, command), lock.digest)


def _own_pin(place: int, digest: str, package: RepositoryPackage) -> OwnPin:
    kind = package.meta.kind if package.meta else ""
    return OwnPin(place, digest, package.address.spec, package.version or "", kind)


def rules() -> Iterable[Any]:
    return collect_rules()
