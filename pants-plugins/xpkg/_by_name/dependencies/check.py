# Written by `python build-support/by_name.py`; do not edit.
"""Looks at all packages of the repository together: what the tool says of their dependencies on
each other. One process for all of them, and none where no package depends on any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from pants.engine.addresses import Address
from pants.engine.fs import (
    EMPTY_DIGEST,
    Digest,
    DigestSubset,
    PathGlobs,
    RemovePrefix,
    Snapshot,
)
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.intrinsics import digest_subset_to_digest
from pants.engine.intrinsics import digest_to_snapshot
from pants.engine.intrinsics import remove_prefix
from xpkg.dependencies.members import find_members
from xpkg.tool.run import ask_the_tool
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import pluralize

from xpkg.dependencies.members import RepositoryMembers, RepositoryMembersRequest
from xpkg.dependencies.metas import PackageTargets
from xpkg.dependencies.repository import RepositoryPackage, RepositoryPackages
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.repository import MemberReport, RepositoryAnswer, RepositoryRequest


@dataclass(frozen=True)
class RepositoryCheckRequest:
    """Asks for the `RepositoryCheck`."""


@dataclass(frozen=True)
class MemberCheck:
    """What is said of one package.

    `meant` has the packages that each entry of `spec.dependsOn` means, by its place in the list:
    several where nothing says which. `text` is the rendered findings, and `failed` says whether one
    of them is an error. `number` is that of its files in `RepositoryCheck.files`.
    """

    number: int = -1
    meant: FrozenDict[int, tuple[Address, ...]] = field(default_factory=FrozenDict)
    text: str = ""
    failed: bool = False


@dataclass(frozen=True)
class RepositoryCheck:
    """What is said of each package of the repository; nothing where they have nothing to do with
    each other. `files` has FINDINGS of each in a folder with its number."""

    members: FrozenDict[Address, MemberCheck]
    files: Digest

    def of(self, address: Address) -> MemberCheck:
        return self.members.get(address, MemberCheck())


@dataclass(frozen=True)
class MemberFindingsRequest:
    """Asks for the Digest with the FINDINGS of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class MemberFindings:
    digest: Digest


@dataclass(frozen=True)
class _SeveralRequest:
    """Asks for the `_Several`, which reads all meta objects."""


@dataclass(frozen=True)
class _Several:
    check: RepositoryCheck


@rule
async def check_repository(_: RepositoryCheckRequest, targets: PackageTargets) -> RepositoryCheck:
    # A single package depends on no other one.
    if len(targets.by_address) < 2:
        return RepositoryCheck(FrozenDict(), EMPTY_DIGEST)
    several = await check_several(**implicitly(_SeveralRequest()))
    return several.check


@rule(desc="Look at all Crossplane packages together", level=LogLevel.DEBUG)
async def check_several(
    _: _SeveralRequest,
    repository: RepositoryPackages,
    xpkg: XpkgSubsystem,
) -> _Several:
    packages = tuple(repository.packages.values())
    if not _related(packages, repository):
        return _Several(RepositoryCheck(FrozenDict(), EMPTY_DIGEST))
    members = await find_members(**implicitly(RepositoryMembersRequest()))
    locks = await digest_to_snapshot(**implicitly(PathGlobs(sorted(xpkg.resolves.values()))))
    message = RepositoryRequest(
        members.members, locks.files, xpkg.selection(), xpkg.fail_on, xpkg.suggest_floors
    )
    description = f"Looking at the dependencies of {pluralize(len(packages), 'package')}"
    asked = ToolRequest(message, description, (members.metas, locks.digest), level=LogLevel.DEBUG)
    answer = await ask_the_tool(**implicitly({asked: ToolRequest}))
    by_name = {package.address.spec: package.address for package in packages}
    reports = answer.read(RepositoryAnswer).packages
    checked = {
        package.address: _member(number, report, by_name)
        for number, (package, report) in enumerate(zip(packages, reports))
    }
    return _Several(RepositoryCheck(FrozenDict(checked), answer.files))


def _member(number: int, report: MemberReport, by_name: Mapping[str, Address]) -> MemberCheck:
    meant = {e.place: tuple(by_name[name] for name in e.packages) for e in report.entries}
    return MemberCheck(number, FrozenDict(meant), report.text, report.failed)


def _related(packages: Iterable[RepositoryPackage], repository: RepositoryPackages) -> bool:
    """Whether there is anything to say: a dependency, or a source of two packages."""
    several = any(len(publishers) > 1 for publishers in repository.publishers.values())
    return several or any(package.dependencies for package in packages)


@rule
async def member_findings(request: MemberFindingsRequest) -> MemberFindings:
    check = await check_repository(**implicitly(RepositoryCheckRequest()))
    number = check.of(request.address).number
    if number < 0:
        return MemberFindings(EMPTY_DIGEST)
    globs = PathGlobs([f"{number}/{FINDINGS}"])
    subset = await digest_subset_to_digest(**implicitly(DigestSubset(check.files, globs)))
    return MemberFindings(await remove_prefix(**implicitly(RemovePrefix(subset, str(number)))))


def rules() -> Iterable[Any]:
    return collect_rules()
