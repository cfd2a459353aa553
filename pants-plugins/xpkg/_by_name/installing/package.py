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

from xpkg.building.build import BuildReport, BuildRequest
from xpkg.install_target import XpkgInstallModeField, XpkgInstallOutputPathField
from xpkg.installing.manifest import InstallManifestRequest, InstallReport, MadeManifest
from xpkg.named_packages import NamedPackages, NamedPackagesRequest


class ManifestNotMade(Exception):
    """A manifest has mistakes, which were shown before."""

    def __init__(self, address: Address) -> None:
        super().__init__(
            f"The manifest {address} cannot be made, for the reasons above. Nothing was written."
        )


@dataclass(frozen=True)
class XpkgInstallFieldSet(PackageFieldSet):
    required_fields = (XpkgInstallModeField,)

    output_path: XpkgInstallOutputPathField


@rule
async def made_manifest(request: InstallManifestRequest) -> MadeManifest:
    """Raises ManifestNotMade, after the findings of all packages that keep it from being made and
    of those that the command line names were shown."""
    report = await report_install(**implicitly({request: InstallManifestRequest}))
    manifest = report.manifest
    if manifest.failed:
        named = await find_named_packages(**implicitly(NamedPackagesRequest()))
        addresses = sorted({*manifest.not_built, *named.addresses})
        await concurrently(report_build(**implicitly(BuildRequest(address))) for address in addresses)
        raise ManifestNotMade(request.address)
    return MadeManifest(manifest)


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
