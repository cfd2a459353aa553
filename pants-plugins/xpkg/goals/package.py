"""`pants package`: writes each package and its description below `dist/`."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from pants.core.goals.package import BuiltPackage, PackageFieldSet
from pants.engine.addresses import Address
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.unions import UnionRule
from pants.util.docutil import bin_name
from pants.util.strutil import bullet_list, pluralize

from xpkg.building.attempt import PackageAttempt, XpkgPackageFieldSet
from xpkg.building.build import BuildOutcome, BuildReport, BuildRequest
from xpkg.building.clashes import Clashes, ClashesRequest
from xpkg.installing.manifest import InstallManifestRequest, InstallReport
from xpkg.named_packages import NamedPackages, NamedPackagesRequest


class PackagesDoNotLint(Exception):
    """Some packages have mistakes, which were shown before."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        specs = [address.spec for address in addresses]
        super().__init__(
            f"{pluralize(len(specs), 'package')} cannot be built, for the reasons above:\n"
            f"{bullet_list(specs)}\n\n"
            "Nothing was written. Fix the errors, then run the command again.\n"
            f"`{bin_name()} xpkg-build` writes the packages that have no errors."
        )


class OutputPathsClash(Exception):
    """Some packages would be written to the path of another one."""

    def __init__(self, problems: Mapping[Address, str]) -> None:
        lines = (f"{address}: {problem}" for address, problem in sorted(problems.items()))
        super().__init__(
            f"{pluralize(len(problems), 'package')} cannot be written beside each other:\n"
            f"{bullet_list(lines)}\n\n"
            "Nothing was written. Give each target an `output_path` of its own."
        )


# Stands before its caller because the engine looks for `Get`s there.
async def _fail(address: Address) -> None:
    """Shows the findings of all packages and manifests that the command line names, and of what
    they are pinned to, then fails once."""
    named = await Get(NamedPackages, NamedPackagesRequest())
    requests = [BuildRequest(a) for a in sorted({address, *named.addresses})]
    outcomes = await MultiGet(Get(BuildOutcome, BuildRequest, request) for request in requests)
    failed = [request for request, outcome in zip(requests, outcomes) if outcome.failed]
    blockers = (BuildRequest(a) for outcome in outcomes for a in outcome.blockers)
    shown = dict.fromkeys((*failed, *blockers))
    await MultiGet(Get(BuildReport, BuildRequest, request) for request in shown)
    manifests = (InstallManifestRequest(address) for address in named.manifests)
    await MultiGet(Get(InstallReport, InstallManifestRequest, request) for request in manifests)
    raise PackagesDoNotLint(request.address for request in failed)


@rule(desc="Package a Crossplane package")
async def package_xpkg(field_set: XpkgPackageFieldSet) -> BuiltPackage:
    attempt = await Get(PackageAttempt, XpkgPackageFieldSet, field_set)
    if attempt.built is None:
        await _fail(field_set.address)
    assert attempt.built is not None
    # By their addresses alone, packages nearly always have paths of their own.
    if field_set.output_path.value or "." in field_set.address.spec_path:
        clashes = await Get(Clashes, ClashesRequest())
        if field_set.address in clashes.problems:
            raise OutputPathsClash(clashes.problems)
    return attempt.built


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PackageFieldSet, XpkgPackageFieldSet))
