"""The packages of the repository, and which of them publish which source.

For everything that has to tell the repository's own packages from those of others: inference, the
lock, pinning, the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.frozendict import FrozenDict

from xpkg.dependencies.metas import PackageTargets, RepositoryMetas
from xpkg.naming.sources import PublishedSources, PublishedSourcesRequest
from xpkg_tool.messages.repository import DependencyEntry, PackageMeta


@dataclass(frozen=True)
class RepositoryPackage:
    """A package of this repository. `meta` is None where it has no meta object that can be read.
    `sources` are what others may name it by, as `spec.dependsOn` does: none where it is only
    published to a directory. `version` is the target's, None where it has none or where it needs a
    variable that is not set."""

    address: Address
    meta: PackageMeta | None
    sources: tuple[str, ...]
    version: str | None

    @property
    def dependencies(self) -> tuple[DependencyEntry, ...]:
        """The entries of its `spec.dependsOn` that name a package."""
        return self.meta.dependencies if self.meta else ()


@dataclass(frozen=True)
class RepositoryPackages:
    """All packages of this repository, by address, and the addresses of those that publish each
    source: usually one, several where packages of one source are built here in several versions."""

    packages: FrozenDict[Address, RepositoryPackage]
    publishers: FrozenDict[str, tuple[Address, ...]]

    def publishing(self, source: str) -> tuple[Address, ...]:
        """The packages that publish a source, which is compared as the package manager does: letter
        by letter. None of them where it is not the repository's own."""
        return self.publishers.get(source, ())


@rule
async def repository_packages(
    targets: PackageTargets, metas: RepositoryMetas
) -> RepositoryPackages:
    by_address = targets.by_address
    found = [metas.by_address.get(address) for address in by_address]
    published = await MultiGet(
        Get(PublishedSources, PublishedSourcesRequest(target, meta.name if meta else ""))
        for target, meta in zip(by_address.values(), found)
    )
    packages = {
        address: RepositoryPackage(address, meta, names.sources, names.version)
        for address, meta, names in zip(by_address, found, published)
    }
    publishers: dict[str, tuple[Address, ...]] = {}
    for package in packages.values():
        for source in package.sources:
            publishers[source] = (*publishers.get(source, ()), package.address)
    return RepositoryPackages(FrozenDict(packages), FrozenDict(publishers))


def rules() -> Iterable[Any]:
    return collect_rules()
