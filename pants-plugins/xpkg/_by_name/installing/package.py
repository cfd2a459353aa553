# Written by `python build-support/by_name.py`; do not edit.
"""`pants package` of an `xpkg_install` target: writes the manifest below `dist/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestEntries, FileEntry
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import create_digest
from pants.engine.intrinsics import get_digest_entries
from xpkg.building.build import report_build
from xpkg.installing.manifest import report_install
from xpkg.named_packages import find_named_packages
from pants.engine.unions import UnionRule
from pants.util.strutil import bullet_list, pluralize

from xpkg.building.build import BuildReport, BuildRequest
from xpkg.install_target import XpkgInstallModeField, XpkgInstallOutputPathField
from xpkg.installing.manifest import InstallManifestRequest, InstallReport, MadeManifest
from xpkg.named_packages import NamedPackages, NamedPackagesRequest


class ManifestNotMade(Exception):
    """Manifests have mistakes, which were shown before."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        specs = [address.spec for address in addresses]
        super().__init__(
            f"{pluralize(len(specs), 'manifest')} cannot be made, for the reasons above:\n"
            f"{bullet_list(specs)}\n\nNothing was written."
        )


@dataclass(frozen=True)
class XpkgInstallFieldSet(PackageFieldSet):
    required_fields = (XpkgInstallModeField,)

    output_path: XpkgInstallOutputPathField


@rule
async def made_manifest(request: InstallManifestRequest) -> MadeManifest:
    """Raises ManifestNotMade, after what is wrong with all manifests that the command line names
    was shown, and with all packages that it names or that keep these from being made, directly or
    because others are pinned to them."""
    report = await report_install(**implicitly({request: InstallManifestRequest}))
    if report.manifest.failed:
        named = await find_named_packages(**implicitly(NamedPackagesRequest()))
        asked = sorted({request.address, *named.manifests})
        reports = await concurrently(report_install(**implicitly(InstallManifestRequest(a))) for a in asked)
        failed = [r.manifest for r in reports if r.manifest.failed]
        not_built = (address for manifest in failed for address in manifest.not_built)
        packages = sorted({*not_built, *named.addresses})
        builds = await concurrently(report_build(**implicitly(BuildRequest(address))) for address in packages)
        blockers = {a for build in builds for a in build.outcome.blockers}.difference(packages)
        await concurrently(report_build(**implicitly(BuildRequest(address))) for address in sorted(blockers))
        raise ManifestNotMade(manifest.address for manifest in failed)
    return MadeManifest(report.manifest)


@rule(desc="Package a manifest that installs Crossplane packages")
async def package_install(field_set: XpkgInstallFieldSet) -> BuiltPackage:
    made = await made_manifest(**implicitly(InstallManifestRequest(field_set.address)))
    manifest = made.manifest
    path = field_set.output_path.value_or_default(file_ending="yaml")
    (entry,) = await get_digest_entries(**implicitly({manifest.digest: Digest}))
    assert isinstance(entry, FileEntry)
    digest = await create_digest(**implicitly(CreateDigest([FileEntry(path, entry.file_digest)])))
    lines = tuple(f"  {o.kind} {o.name} {o.package}" for o in manifest.objects)
    return BuiltPackage(digest, (BuiltPackageArtifact(path, lines),))


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PackageFieldSet, XpkgInstallFieldSet))
