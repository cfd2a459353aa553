# Written by `python build-support/by_name.py`; do not edit.
"""From a target to the message about its package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Sequence

from pants.base.exceptions import IntrinsicError
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
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import hydrate_sources
from pants.engine.intrinsics import digest_to_snapshot
from pants.engine.intrinsics import get_digest_entries
from pants.engine.intrinsics import merge_digests
from xpkg.building.folder_scan import scan_folders
from pants.engine.target import (
    HydratedSources,
    HydrateSourcesRequest,
    InvalidFieldException,
    Target,
)
from pants.source.filespec import FilespecMatcher

from xpkg.building import folder_scan
from xpkg.building.folder_scan import FolderScan, FolderScanRequest
from xpkg.target_types import XpkgExamplesField, XpkgPackageTypeField, XpkgSourcesField
from xpkg_tool.messages.build import LeftOut, PackageToBuild

# Why a target has no `PackageInputs`: [GLOBAL].unmatched_build_file_globs says so, and links that
# are absolute (IntrinsicError); a field that Pants does not accept; a folder that changes while it
# is read.
UNREADABLE = (IntrinsicError, InvalidFieldException, OSError)


@dataclass(frozen=True)
class PackageInputsRequest:
    """Asks for the `PackageInputs` of a target; that its globs match is checked elsewhere, for the
    packages that somebody asked for."""

    target: Target


@dataclass(frozen=True)
class PackageInputs:
    """The files of a package (`digest`, of `size` bytes in all) and the message about it.

    `left_out` are files that the tool does not see, or that come from elsewhere.
    """

    address: Address
    digest: Digest
    size: int
    sources: tuple[str, ...]
    examples: tuple[str, ...]
    examples_expected: bool
    package_type: str | None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def folder(self) -> str:
        """Where its files are in a sandbox: not in their own place, which may be inside that of
        another package."""
        return f"xpkg-inputs/{self.digest.fingerprint}"

    @property
    def unread(self) -> frozenset[str]:
        """Files that are no part of it, whose contents decide how bad that is."""
        return frozenset(path for entry in self.left_out for path in entry.unread)

    def message(self, analyses: Sequence[str] = ()) -> PackageToBuild:
        """`analyses` are the paths of answers that cover its files, where these were read already:
        then they are needed in `folder` only if some are `unread`."""
        return PackageToBuild(
            name=self.address.spec,
            root=self.address.spec_path,
            sources=self.sources,
            examples=self.examples,
            examples_expected=self.examples_expected,
            package_type=self.package_type,
            analyses=tuple(analyses),
            left_out=self.left_out,
            folder="" if analyses and not self.unread else self.folder,
        )


_NOTHING_UNUSUAL = FolderScan()


@rule
async def package_inputs(request: PackageInputsRequest) -> PackageInputs:
    target = request.target
    sources_field, examples_field = target[XpkgSourcesField], target[XpkgExamplesField]
    globs = (_from_root(target.address, sources_field.globs), examples_field.globs)
    included = tuple(glob for field in globs for glob in field if not glob.startswith("!"))
    sources, examples, scan = await concurrently(
        hydrate_sources(**implicitly(HydrateSourcesRequest(sources_field.package_sources.unchecked))),
        digest_to_snapshot(**implicitly({_examples_globs(examples_field): PathGlobs})),
        scan_folders(**implicitly(FolderScanRequest(target.address.spec_path, included))),
    )
    found_sources, linked_sources = _by_link(sources.snapshot.files, scan)
    found_examples, linked_examples = _by_link(examples.files, scan)
    # Most packages have nothing but sources, and each step of the engine has a price.
    digest = sources.snapshot.digest
    if examples.files or scan.other_case:
        other_case = await digest_to_snapshot(**implicitly(PathGlobs(map(_as_glob, scan.other_case))))
        digest = await merge_digests(**implicitly(MergeDigests([digest, examples.digest, other_case.digest])))
    entries = await get_digest_entries(**implicitly({digest: Digest}))
    return PackageInputs(
        address=target.address,
        digest=digest,
        size=sum(
            e.file_digest.serialized_bytes_length for e in entries if isinstance(e, FileEntry)
        ),
        sources=found_sources,
        examples=found_examples,
        examples_expected=not examples_field.is_default and bool(examples_field.value),
        package_type=target[XpkgPackageTypeField].value,
        left_out=(
            *_left_out(scan, globs[0], linked_sources, example=False),
            *_left_out(scan, globs[1], linked_examples, example=True),
        ),
    )


def _by_link(
    files: Sequence[str], scan: FolderScan
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The files that are read, and those behind links to folders, by link."""
    linked = {
        link.path: tuple(file for file in files if file.startswith(f"{link.path}/"))
        for link in scan.links
        if link.folder
    }
    behind = {file for found in linked.values() for file in found}
    return tuple(file for file in files if file not in behind), linked


def _from_root(address: Address, globs: Iterable[str]) -> tuple[str, ...]:
    """The globs as seen from the build root; `!` comes first in those that leave out."""
    root = address.spec_path
    return tuple(
        f"!{os.path.join(root, glob[1:])}" if glob.startswith("!") else os.path.join(root, glob)
        for glob in globs
    )


def _left_out(
    scan: FolderScan, globs: Sequence[str], linked: dict[str, tuple[str, ...]], *, example: bool
) -> Iterator[LeftOut]:
    """The links and names that the globs match, for the findings of the tool."""
    if scan == _NOTHING_UNUSUAL:
        return
    includes = [glob for glob in globs if not glob.startswith("!")]
    excludes = [glob[1:] for glob in globs if glob.startswith("!")]
    matcher = FilespecMatcher(includes, excludes)
    for link in scan.links:
        if link.folder:
            # A folder of the package is read in its own place.
            if linked[link.path] and not link.inside:
                yield LeftOut("linked-folder", link.path, example, files=linked[link.path])
        elif _matches(matcher, link.path):
            path, target = link.path, link.target
            if link.error:
                yield LeftOut("dangling-link", path, example, target=target, error=link.error)
            elif not link.inside:
                yield LeftOut("outside-link", path, example, target=target)
    for path in scan.not_utf8:
        if _matches(matcher, path):
            yield LeftOut("file-name", path, example)
    for path, noun in scan.not_files:
        if _matches(matcher, path):
            yield LeftOut("not-a-file", path, example, noun=noun)
    for path in scan.other_case:
        if _matches(matcher, _lower_ending(path)):
            yield LeftOut("ending-case", path, example)
    # The default exclusion of hidden folders does not say that they are not meant.
    matcher = FilespecMatcher(includes, [glob for glob in excludes if not glob.endswith("/.*/**")])
    for folder, file in scan.hidden:
        if _matches(matcher, file):
            yield LeftOut("hidden-folder", folder, example, file=file)


def _as_glob(path: str) -> str:
    """A glob that matches the path, and little else."""
    escaped = "".join(f"[{c}]" if c in "*?[" else c for c in path)
    # At the beginning `!` leaves out what follows.
    return f"?{escaped[1:]}" if escaped.startswith("!") else escaped


def _lower_ending(path: str) -> str:
    stem, ending = os.path.splitext(path)
    return stem + ending.lower()


def _matches(matcher: FilespecMatcher, path: str) -> bool:
    return bool(matcher.matches([path.encode("utf-8", "replace").decode()]))


def _examples_globs(field: XpkgExamplesField) -> PathGlobs:
    # For globs that match nothing the tool has a finding.
    return PathGlobs(
        field.globs,
        glob_match_error_behavior=GlobMatchErrorBehavior.ignore,
        conjunction=GlobExpansionConjunction.any_match,
    )


def rules() -> Iterable[Any]:
    return (*collect_rules(), *folder_scan.rules())
