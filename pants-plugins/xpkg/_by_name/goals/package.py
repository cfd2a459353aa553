# Written by `python build-support/by_name.py`; do not edit.
"""`pants package`: writes each package and its description below `dist/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import create_digest
from xpkg.building.build import build_package
from xpkg.building.build import report_build
from xpkg.installing.manifest import report_install
from xpkg.named_packages import find_named_packages
from pants.engine.unions import UnionRule
from pants.util.docutil import bin_name
from pants.util.strutil import bullet_list, pluralize

from xpkg.building.build import BuildOutcome, BuildReport, BuildRequest
from xpkg.installing.manifest import InstallManifestRequest, InstallReport
from xpkg.named_packages import NamedPackages, NamedPackagesRequest
from xpkg.target_types import XpkgOutputPathField, XpkgSourcesField
from xpkg_tool.messages.files import ARCHIVE, DESCRIPTION

_FRIENDLY_ID = "{friendly_id}"


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


@dataclass(frozen=True)
class XpkgPackageFieldSet(PackageFieldSet):
    required_fields = (XpkgSourcesField,)

    output_path: XpkgOutputPathField


@dataclass(frozen=True)
class BuiltXpkgArtifact(BuiltPackageArtifact):
    """A built `.xpkg` file: the digest of its manifest and the name in its meta object."""

    image_digest: str = ""
    package_name: str = ""


@dataclass(frozen=True)
class PackageAttempt:
    """What became of a package, whose findings were shown: `built` is None where it has errors, or
    what it is pinned to has, which are shown as well."""

    built: BuiltPackage | None


# Stands before its caller because the engine looks for `Get`s there.
async def _fail(address: Address) -> None:
    """Shows the findings of all packages and manifests that the command line names, and of what
    they are pinned to, then fails once."""
    named = await find_named_packages(**implicitly(NamedPackagesRequest()))
    requests = [BuildRequest(a) for a in sorted({address, *named.addresses})]
    outcomes = await concurrently(build_package(**implicitly({request: BuildRequest})) for request in requests)
    failed = [request for request, outcome in zip(requests, outcomes) if outcome.failed]
    blockers = (BuildRequest(a) for outcome in outcomes for a in outcome.blockers)
    shown = dict.fromkeys((*failed, *blockers))
    await concurrently(report_build(**implicitly({request: BuildRequest})) for request in shown)
    manifests = (InstallManifestRequest(address) for address in named.manifests)
    await concurrently(report_install(**implicitly({request: InstallManifestRequest})) for request in manifests)
    raise PackagesDoNotLint(request.address for request in failed)


@rule(desc="Package a Crossplane package")
async def package_xpkg(field_set: XpkgPackageFieldSet) -> BuiltPackage:
    attempt = await attempt_package(**implicitly({field_set: XpkgPackageFieldSet}))
    if attempt.built is None:
        await _fail(field_set.address)
    assert attempt.built is not None
    return attempt.built


@rule
async def attempt_package(field_set: XpkgPackageFieldSet) -> PackageAttempt:
    report = await report_build(**implicitly(BuildRequest(field_set.address)))
    outcome = report.outcome
    if outcome.failed:
        await concurrently(report_build(**implicitly(BuildRequest(address))) for address in outcome.blockers)
        return PackageAttempt(None)
    built = outcome.built
    assert built is not None
    archive_path = field_set.output_path.value_or_default(file_ending="xpkg").replace(
        _FRIENDLY_ID, built.friendly_id
    )
    description_path = f"{archive_path}.json"
    files = (outcome.entry(ARCHIVE, archive_path), outcome.entry(DESCRIPTION, description_path))
    digest = await create_digest(**implicitly(CreateDigest(files)))
    archive = BuiltXpkgArtifact(
        relpath=archive_path,
        extra_log_lines=(f"  {built.digest}",),
        image_digest=built.digest,
        package_name=built.name,
    )
    return PackageAttempt(BuiltPackage(digest, (archive, BuiltPackageArtifact(description_path))))


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PackageFieldSet, XpkgPackageFieldSet))
