# Written by `python build-support/by_name.py`; do not edit.
"""A package as `dist/` is to have it, or why there is none: of any goal that writes packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.package import BuiltPackage, BuiltPackageArtifact, PackageFieldSet
from pants.engine.fs import CreateDigest, Digest
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import create_digest
from xpkg.building.build import report_build

from xpkg.building.build import BuildReport, BuildRequest
from xpkg.target_types import XpkgOutputPathField, XpkgSourcesField
from xpkg_tool.messages.files import ARCHIVE, DESCRIPTION

_FRIENDLY_ID = "{friendly_id}"


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
    return collect_rules()
