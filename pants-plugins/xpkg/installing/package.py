"""`pants package` of an `xpkg_install` target: writes the manifest below `dist/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestEntries, FileEntry
from pants.engine.rules import Get, MultiGet, collect_rules, rule
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
    report = await Get(InstallReport, InstallManifestRequest, request)
    if report.manifest.failed:
        named = await Get(NamedPackages, NamedPackagesRequest())
        asked = sorted({request.address, *named.manifests})
        reports = await MultiGet(Get(InstallReport, InstallManifestRequest(a)) for a in asked)
        failed = [r.manifest for r in reports if r.manifest.failed]
        not_built = (address for manifest in failed for address in manifest.not_built)
        packages = sorted({*not_built, *named.addresses})
        builds = await MultiGet(Get(BuildReport, BuildRequest(address)) for address in packages)
        blockers = {a for build in builds for a in build.outcome.blockers}.difference(packages)
        await MultiGet(Get(BuildReport, BuildRequest(address)) for address in sorted(blockers))
        raise ManifestNotMade(manifest.address for manifest in failed)
    return MadeManifest(report.manifest)


@rule(desc="Package a manifest that installs Crossplane packages")
async def package_install(field_set: XpkgInstallFieldSet) -> BuiltPackage:
    made = await Get(MadeManifest, InstallManifestRequest(field_set.address))
    manifest = made.manifest
    path = field_set.output_path.value_or_default(file_ending="yaml")
    (entry,) = await Get(DigestEntries, Digest, manifest.digest)
    assert isinstance(entry, FileEntry)
    digest = await Get(Digest, CreateDigest([FileEntry(path, entry.file_digest)]))
    lines = tuple(f"  {o.kind} {o.name} {o.package}" for o in manifest.objects)
    return BuiltPackage(digest, (BuiltPackageArtifact(path, lines),))


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PackageFieldSet, XpkgInstallFieldSet))
