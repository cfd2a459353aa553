"""What the tool is told of the packages of the repository where it looks at them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.fs import (
    Digest,
    GlobExpansionConjunction,
    GlobMatchErrorBehavior,
    PathGlobs,
)
from pants.engine.rules import Get, MultiGet, collect_rules, rule

from xpkg.dependencies.handwritten import Handwritten, HandwrittenRequest
from xpkg.dependencies.metas import PackageTargets
from xpkg.dependencies.repository import RepositoryPackages
from xpkg_tool.messages.repository import RepositoryMember


@dataclass(frozen=True)
class RepositoryMembersRequest:
    """Asks for the `RepositoryMembers`."""


@dataclass(frozen=True)
class RepositoryMembers:
    """All packages, by address, and the files with their meta objects."""

    members: tuple[RepositoryMember, ...]
    metas: Digest


@rule
async def find_members(
    _: RepositoryMembersRequest, repository: RepositoryPackages, targets: PackageTargets
) -> RepositoryMembers:
    packages = tuple(repository.packages.values())
    handwritten = await MultiGet(
        Get(Handwritten, HandwrittenRequest(targets.by_address[package.address]))
        for package in packages
    )
    members = tuple(
        RepositoryMember(
            name=package.address.spec,
            origin=targets.by_address[package.address].description_of_origin,
            meta=package.meta.path if package.meta else "",
            sources=package.sources,
            version=package.version,
            includes=tuple(address.spec for address in given.includes),
            excludes=tuple(address.spec for address in given.excludes),
        )
        for package, given in zip(packages, handwritten)
    )
    metas = await Get(
        Digest,
        PathGlobs(
            sorted({member.meta for member in members if member.meta}),
            glob_match_error_behavior=GlobMatchErrorBehavior.ignore,
            conjunction=GlobExpansionConjunction.any_match,
        ),
    )
    return RepositoryMembers(members, metas)


def rules() -> Iterable[Any]:
    return collect_rules()
