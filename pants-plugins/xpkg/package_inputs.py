"""From a target to what the tool is given of it: its files and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from pants.engine.addresses import Address
from pants.engine.fs import (
    Digest,
    DigestEntries,
    FileEntry,
    GlobExpansionConjunction,
    GlobMatchErrorBehavior,
    MergeDigests,
    PathGlobs,
    Snapshot,
)
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import HydratedSources, HydrateSourcesRequest, Target

from xpkg.target_types import XpkgExamplesField, XpkgPackageTypeField, XpkgSourcesField


@dataclass(frozen=True)
class PackageInputsRequest:
    target: Target


@dataclass(frozen=True)
class PackageInputs:
    """The files of a package (`digest`, of `size` bytes in all) and the entry for the tool."""

    address: Address
    digest: Digest
    size: int
    sources: tuple[str, ...]
    examples: tuple[str, ...]
    examples_expected: bool
    package_type: str | None

    def request_entry(self, analyses: Sequence[str] = ()) -> dict[str, Any]:
        """The package's entry in the tool's request (xpkg_tool/sandbox.py). `analyses` are the
        paths of answers that cover its files, where these were read already."""
        return {
            "name": self.address.spec,
            "root": self.address.spec_path,
            "sources": self.sources,
            "examples": self.examples,
            "examplesExpected": self.examples_expected,
            "packageType": self.package_type,
            "analyses": analyses,
        }


@rule
async def package_inputs(request: PackageInputsRequest) -> PackageInputs:
    target = request.target
    examples_field = target[XpkgExamplesField]
    sources, examples = await MultiGet(
        Get(HydratedSources, HydrateSourcesRequest(target[XpkgSourcesField].package_sources)),
        Get(Snapshot, PathGlobs, _examples_globs(examples_field)),
    )
    digest = await Get(Digest, MergeDigests([sources.snapshot.digest, examples.digest]))
    entries = await Get(DigestEntries, Digest, digest)
    return PackageInputs(
        address=target.address,
        digest=digest,
        size=sum(
            e.file_digest.serialized_bytes_length for e in entries if isinstance(e, FileEntry)
        ),
        sources=sources.snapshot.files,
        examples=examples.files,
        examples_expected=not examples_field.is_default and bool(examples_field.value),
        package_type=target[XpkgPackageTypeField].value,
    )


def _examples_globs(field: XpkgExamplesField) -> PathGlobs:
    # Globs that match nothing are the tool's finding, like all else that is wrong with a package.
    return PathGlobs(
        field.globs,
        glob_match_error_behavior=GlobMatchErrorBehavior.ignore,
        conjunction=GlobExpansionConjunction.any_match,
    )


def rules() -> Iterable[Any]:
    return collect_rules()
