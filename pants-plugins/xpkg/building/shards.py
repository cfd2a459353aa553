"""Which files of a large package are read by which process.

Reading takes nearly all of a build's time. So the files of a large package are spread over shards
by a hash of their paths: the shards are read in parallel, each is cached by its content, and a
change of one file touches one shard.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Sequence, TypeVar

from pants.engine.addresses import Address
from pants.engine.fs import AddPrefix, CreateDigest, Digest, DigestEntries, FileEntry, MergeDigests
from pants.engine.rules import Get, MultiGet, collect_rules, rule

from xpkg.building.inputs import PackageInputs
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.build import AnalyseRequest

# half a second at this size.
_SHARD_BYTES = 7_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class AnalysisRequest:
    """Asks what the files of a large package hold."""

    package: PackageInputs


@dataclass(frozen=True)
class Analysis:
    """The tool's answers, in the folders `paths` of `digest`, which cover all files of the package
    and hold the texts of its documents."""

    digest: Digest
    paths: tuple[str, ...]


@dataclass(frozen=True)
class _Shard:
    """Some files of the package at `address`: number `number` of `count`. `digest` has them."""

    address: Address
    number: int
    count: int
    digest: Digest
    sources: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class _ShardAnswer:
    digest: Digest


def shard_of(path: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") % count


def shard_count(size: int) -> int:
    """A power of two, so that a package that grows hardly ever moves its files."""
    count = 1
    while size > count * _SHARD_BYTES:
        count *= 2
    return count


def _parts(items: Iterable[T], path_of: Callable[[T], str], count: int) -> list[tuple[T, ...]]:
    """The items by the shard that their paths belong to, in their order."""
    parts: list[list[T]] = [[] for _ in range(count)]
    for item in items:
        parts[shard_of(path_of(item), count)].append(item)
    return [tuple(part) for part in parts]


@rule
async def analyse_package(request: AnalysisRequest) -> Analysis:
    package = request.package
    entries = await Get(DigestEntries, Digest, package.digest)
    files = [entry for entry in entries if isinstance(entry, FileEntry)]
    # A link leads to another file, maybe of another shard: then there is one shard.
    count = shard_count(package.size) if len(files) == len(entries) else 1
    digests: Sequence[Digest] = (package.digest,)
    if count > 1:
        parts = _parts(files, lambda file: file.path, count)
        digests = await MultiGet(Get(Digest, CreateDigest(part)) for part in parts)
    sources = _parts(package.sources, str, count)
    examples = _parts(package.examples, str, count)
    shards = [
        _Shard(package.address, number, count, digests[number], sources[number], examples[number])
        for number in range(count)
    ]
    answers = await MultiGet(Get(_ShardAnswer, _Shard, shard) for shard in shards)
    merged = await Get(Digest, MergeDigests(answer.digest for answer in answers))
    return Analysis(merged, tuple(_path(shard.number) for shard in shards))


@rule
async def analyse_shard(shard: _Shard) -> _ShardAnswer:
    description = f"Reading {shard.address.spec} ({shard.number + 1} of {shard.count})"
    message = AnalyseRequest(shard.sources, shard.examples)
    answer = await Get(ToolAnswer, ToolRequest(message, description, (shard.digest,)))
    return _ShardAnswer(await Get(Digest, AddPrefix(answer.files, _path(shard.number))))


def _path(number: int) -> str:
    return f"xpkg-analyses/{number}"


def rules() -> Iterable[Any]:
    return collect_rules()
