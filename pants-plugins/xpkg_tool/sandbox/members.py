"""From the backend's packages of the repository to what the tool knows of them."""

from __future__ import annotations

from typing import Mapping, Sequence

from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, dialects_of
from xpkg_tool.dependencies.metas import Meta, find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.dependencies.repository import Member, Repository
from xpkg_tool.messages.repository import RepositoryMember
from xpkg_tool.package.crossplane_versions import releases


def metas_of(packages: Sequence[RepositoryMember], files: Mapping[str, bytes]) -> dict[str, Meta]:
    """The meta objects by the names of the packages, from the contents of their files."""
    found = {p.name: find_meta([(p.meta, files[p.meta])]) for p in packages if p.meta}
    return {name: meta for name, meta in found.items() if meta is not None}


def repository_of(packages: Sequence[RepositoryMember], metas: Mapping[str, Meta]) -> Repository:
    """The packages with their meta objects."""
    return Repository(tuple(_member(package, metas.get(package.name)) for package in packages))


def _member(package: RepositoryMember, meta: Meta | None) -> Member:
    return Member(
        name=package.name,
        origin=package.origin,
        kind=meta.kind.kind if meta else "",
        sources=package.sources,
        version=package.version,
        dependencies=dependencies(meta.value) if meta else (),
        includes=package.includes,
        excludes=package.excludes,
        dialects=dialects_of(releases(meta.value)) if meta else BOTH_DIALECTS,
    )
