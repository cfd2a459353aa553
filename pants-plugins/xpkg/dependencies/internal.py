"""Which packages of the repository the `spec.dependsOn` of a package means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, collect_rules, rule
from pants.engine.target import (
    DependenciesRequest,
    ExplicitlyProvidedDependencies,
    WrappedTarget,
    WrappedTargetRequest,
)

from xpkg.dependencies.repository import RepositoryPackages
from xpkg.target_types import XpkgDependenciesField
from xpkg_tool.messages import DependencyEntry


@dataclass(frozen=True)
class HandwrittenRequest:
    """Asks for the `Handwritten` dependencies of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class Handwritten:
    """The packages of the repository that `dependencies` names, and those it leaves out with `!`;
    none where the field is wrong, of which Pants has an error of its own."""

    includes: tuple[Address, ...] = ()
    excludes: tuple[Address, ...] = ()


@dataclass(frozen=True)
class InternalDependenciesRequest:
    """Asks for the `InternalDependencies` of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class InternalDependency:
    """An entry of `spec.dependsOn`, and the packages of the repository that it means: one, or
    several where nothing says which."""

    entry: DependencyEntry
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class InternalDependencies:
    """The entries that name a package of this repository, in their order."""

    entries: tuple[InternalDependency, ...]


@rule
async def find_handwritten(
    request: HandwrittenRequest, packages: RepositoryPackages
) -> Handwritten:
    wrapped = await Get(WrappedTarget, WrappedTargetRequest(request.address, "the xpkg backend"))
    field = wrapped.target[XpkgDependenciesField]
    if not field.value:
        return Handwritten()
    try:
        given = await Get(ExplicitlyProvidedDependencies, DependenciesRequest(field))
    # There is no list of what can be raised (building/target_faults.py).
    except Exception:
        return Handwritten()
    return Handwritten(
        tuple(a for a in packages.packages if _is_among(a, given.includes)),
        tuple(a for a in packages.packages if _is_among(a, given.ignores)),
    )


def _is_among(address: Address, given: Iterable[Address]) -> bool:
    """Whether an address, or the target that it is a parametrization of, is given."""
    return any(
        address == other
        or (
            not other.is_parametrized
            and (address.spec_path, address.target_name) == (other.spec_path, other.target_name)
        )
        for other in given
    )


@rule
async def find_internal_dependencies(
    request: InternalDependenciesRequest, packages: RepositoryPackages
) -> InternalDependencies:
    package = packages.packages[request.address]
    named = [(entry, packages.publishing(entry.package)) for entry in package.dependencies]
    named = [(entry, found) for entry, found in named if found]
    if not named:
        return InternalDependencies(())
    handwritten = await Get(Handwritten, HandwrittenRequest(request.address))
    meant = []
    for entry, found in named:
        # No package depends on its own source, not even on another version.
        if request.address in found:
            continue
        left = tuple(address for address in found if address not in handwritten.excludes)
        if left:
            meant.append(InternalDependency(entry, left))
    return InternalDependencies(tuple(meant))


def rules() -> Iterable[Any]:
    return collect_rules()
