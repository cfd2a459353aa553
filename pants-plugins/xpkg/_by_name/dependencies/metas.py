# Written by `python build-support/by_name.py`; do not edit.
"""What all packages of the repository say of themselves in their meta objects.

A package may have thousands of files, and only one of them is asked for here: the tool is given the
files that usually hold a meta object, and others of a package only where it is in none of these.
Packages share processes (buckets), whose results are cached by the content of these files alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from pants.base.exceptions import IntrinsicError
from pants.engine.addresses import Address
from pants.engine.fs import (
    Digest,
    GlobExpansionConjunction,
    GlobMatchErrorBehavior,
    PathGlobs,
)
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import resolve_source_paths
from pants.engine.intrinsics import path_globs_to_digest
from xpkg.tool.run import ask_the_tool
from pants.engine.target import (
    AllTargets,
    InvalidFieldException,
    SourcesPaths,
    SourcesPathsRequest,
    Target,
)
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import pluralize

from xpkg.target_types import XpkgSourcesField
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.repository import MetaFiles, MetasAnswer, MetasRequest, PackageMeta

_USUAL_NAMES = ("crossplane.yaml", "crossplane.yml")
_YAML_ENDINGS = (".yaml", ".yml")
# Reading a meta object takes a quarter of a millisecond, starting a process 400 times as long.
_PACKAGES_PER_PROCESS = 128


@dataclass(frozen=True)
class PackageTargets:
    """The targets of all packages of the repository, by address."""

    by_address: FrozenDict[Address, Target]


@dataclass(frozen=True)
class RepositoryMetas:
    """The meta objects of the repository's packages; one that cannot be found or read is
    missing."""

    by_address: FrozenDict[Address, PackageMeta]


@dataclass(frozen=True)
class _CandidatesRequest:
    target: Target


@dataclass(frozen=True)
class _Candidates:
    """The files of a package in which its meta object may be: those with a usual name, then the
    others in its folder itself, then all others."""

    name: str
    tiers: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Bucket:
    packages: tuple[MetaFiles, ...]


@dataclass(frozen=True)
class _BucketMetas:
    packages: tuple[PackageMeta | None, ...]


@rule
async def package_targets(all_targets: AllTargets) -> PackageTargets:
    found = (target for target in all_targets if target.has_field(XpkgSourcesField))
    by_address = {target.address: target for target in found}
    return PackageTargets(FrozenDict(sorted(by_address.items())))


@rule
async def find_candidates(request: _CandidatesRequest) -> _Candidates:
    target = request.target
    field = target[XpkgSourcesField]
    try:
        paths = await resolve_source_paths(**implicitly(SourcesPathsRequest(field)))
    # What is wrong with the files is said when they are built.
    except (IntrinsicError, InvalidFieldException, OSError):
        return _Candidates(target.address.spec, ())
    yaml = tuple(path for path in paths.files if path.endswith(_YAML_ENDINGS))
    # The paths are those of the examples as well.
    own = field.package_sources.filespec_matcher.matches(yaml)
    return _Candidates(target.address.spec, tuple(_tiers(own, target.address.spec_path)))


def _tiers(paths: Iterable[str], folder: str) -> Iterable[tuple[str, ...]]:
    """The paths by how likely they hold the meta object; what is less deep comes first."""
    tiers: tuple[list[str], ...] = ([], [], [])
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        directory, _, name = path.rpartition("/")
        tiers[0 if name in _USUAL_NAMES else 1 if directory == folder else 2].append(path)
    return map(tuple, tiers)


@rule(desc="Read the meta objects of Crossplane packages", level=LogLevel.DEBUG)
async def read_metas(packages: PackageTargets) -> RepositoryMetas:
    targets = packages.by_address.values()
    candidates = await concurrently(find_candidates(**implicitly(_CandidatesRequest(t))) for t in targets)
    found: dict[str, PackageMeta] = {}
    for tier in range(3):
        wanted = [
            MetaFiles(c.name, c.tiers[tier])
            for c in candidates
            if c.name not in found and c.tiers and c.tiers[tier]
        ]
        buckets = _buckets(wanted)
        answers = await concurrently(read_bucket(**implicitly(_Bucket(bucket))) for bucket in buckets)
        for bucket, answer in zip(buckets, answers):
            metas = zip(bucket, answer.packages)
            found.update((files.name, meta) for files, meta in metas if meta is not None)
    return RepositoryMetas(
        FrozenDict({a: found[a.spec] for a in packages.by_address if a.spec in found})
    )


def _buckets(packages: Sequence[MetaFiles]) -> list[tuple[MetaFiles, ...]]:
    """The packages by a hash of their names: one more of them touches one bucket."""
    count = 1
    while len(packages) > count * _PACKAGES_PER_PROCESS:
        count *= 2
    buckets: list[list[MetaFiles]] = [[] for _ in range(count)]
    for package in packages:
        digest = hashlib.sha256(package.name.encode()).digest()
        buckets[int.from_bytes(digest[:8], "big") % count].append(package)
    return [tuple(bucket) for bucket in buckets if bucket]


@rule
async def read_bucket(bucket: _Bucket) -> _BucketMetas:
    files = [file for package in bucket.packages for file in package.files]
    digest = await path_globs_to_digest(**implicitly(PathGlobs(
            files,
            glob_match_error_behavior=GlobMatchErrorBehavior.ignore,
            conjunction=GlobExpansionConjunction.any_match,
        )))
    description = f"Reading the meta objects of {pluralize(len(bucket.packages), 'package')}"
    message = MetasRequest(bucket.packages)
    asked = ToolRequest(message, description, (digest,), level=LogLevel.DEBUG)
    answer = await ask_the_tool(**implicitly({asked: ToolRequest}))
    return _BucketMetas(answer.read(MetasAnswer).packages)


def rules() -> Iterable[Any]:
    return collect_rules()
