"""Finds the digests for a package with `pin_dependencies`: it builds the packages of the repository
that it depends on, and leaves the others to the lock, which the tool reads."""

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
from xpkg.building.build import BuildOutcome, BuildRequest
from xpkg.building.pinning import Pins, PinsRequest, cycle_through
from xpkg.dependencies.internal import InternalDependencies, InternalDependenciesRequest
from xpkg.dependencies.resolves import LockFile, LockFileRequest, Resolves
from xpkg_tool.messages import OwnPin, Pinning


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


@rule(desc="Find the digests to pin a Crossplane package to", level=LogLevel.DEBUG)
async def find_pins(request: PinsRequest, pinned: PinnedPackages, resolves: Resolves) -> Pins:
    address = request.address
    wrapped = await Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend"))
    origin = wrapped.target.description_of_origin
    cycle = cycle_through(address, pinned.dependencies)
    if cycle:
        path = " -> ".join(member.spec for member in cycle)
        return Pins(
            problem=f"{origin}: error: `pin_dependencies` needs the digest of each package before "
            f"that of the next, and they form a cycle: {path}.\n"
            f"  help: Remove one of the dependencies, or `pin_dependencies` from one of the "
            "targets."
        )
    internal = await Get(InternalDependencies, InternalDependenciesRequest(address))
    problems = []
    for entry in internal.entries:
        if len(entry.addresses) > 1:
            problems.append(
                f"{origin}: error: {entry.entry.package} is published by several targets, and "
                f"{address} can be pinned to one only: "
                f"{', '.join(member.spec for member in entry.addresses)}.\n"
                "  help: Name the one that is meant in `dependencies`."
            )
    if problems:
        return Pins(problem="\n\n".join(problems))
    outcomes = await MultiGet(
        Get(BuildOutcome, BuildRequest(entry.addresses[0])) for entry in internal.entries
    )
    failed = dict.fromkeys(outcome.address.spec for outcome in outcomes if outcome.failed)
    if failed:
        return Pins(
            problem=f"{origin}: error: {address} is pinned to packages that cannot be built: "
            f"{', '.join(failed)}.\n  help: `{bin_name()} lint {' '.join(failed)}` says why."
        )
    resolve = resolves.by_name[resolves.of_target[address]]
    lock = await Get(LockFile, LockFileRequest(resolve.path))
    own = tuple(
        OwnPin(entry.entry.place, outcome.image_digest or "")
        for entry, outcome in zip(internal.entries, outcomes)
    )
    command = f"{bin_name()} generate-lockfiles --resolve={resolve.name}"
    return Pins(Pinning(own, resolve.path, command), lock.digest)


def rules() -> Iterable[Any]:
    return collect_rules()
