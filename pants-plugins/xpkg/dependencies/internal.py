"""Which packages of the repository the `spec.dependsOn` of a package means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, collect_rules, rule

from xpkg.dependencies.check import RepositoryCheck, RepositoryCheckRequest
from xpkg.dependencies.handwritten import Handwritten, HandwrittenRequest
from xpkg.dependencies.metas import PackageTargets
from xpkg.dependencies.repository import RepositoryPackages
from xpkg_tool.messages.repository import DependencyEntry


@dataclass(frozen=True)
class InternalDependenciesRequest:
    """Asks for the `InternalDependencies` of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class InternalDependency:
    """An entry of `spec.dependsOn`, and the packages of the repository that it means: one, or
    several where nothing says which, of which `lint` has an error."""

    entry: DependencyEntry
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class InternalDependencies:
    """The entries that name a package of this repository, in their order."""

    entries: tuple[InternalDependency, ...]


@rule
async def find_internal_dependencies(
    request: InternalDependenciesRequest, repository: RepositoryPackages, targets: PackageTargets
) -> InternalDependencies:
    address = request.address
    named = {
        entry: repository.publishing(entry.package)
        for entry in repository.packages[address].dependencies
    }
    # No package depends on its own source, not even on another version.
    found = {entry: by for entry, by in named.items() if by and address not in by}
    if any(len(publishers) > 1 for publishers in found.values()):
        # What of several is meant, versions say, and these the tool can read.
        check = await Get(RepositoryCheck, RepositoryCheckRequest())
        meant = check.of(address).meant
        found = {entry: meant[entry.place] for entry in found if entry.place in meant}
    elif found:
        handwritten = await Get(Handwritten, HandwrittenRequest(targets.by_address[address]))
        found = {e: by for e, by in found.items() if by[0] not in handwritten.excludes}
    return InternalDependencies(tuple(InternalDependency(e, by) for e, by in found.items()))


def rules() -> Iterable[Any]:
    return collect_rules()
