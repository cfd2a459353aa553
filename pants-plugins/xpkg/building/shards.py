"""Which files of a large package are read by which process.

Reading takes nearly all of a build's time. So the files of a large package are spread over pieces
by a hash of their paths: the pieces are read in parallel, each is cached by its content, and a
change of one file touches one piece.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Sequence, TypeVar

from pants.engine.addresses import Address
from pants.engine.fs import (
    CreateDigest,
    Digest,
    DigestEntries,
    FileEntry,
    MergeDigests,
)
from pants.engine.process import Process, ProcessResult
from pants.engine.rules import Get, MultiGet, collect_rules, rule

from xpkg.building.inputs import PackageInputs
from xpkg.tool.process import ToolProcess, json_file

# Starting a process takes as long as reading a megabyte. After a change one piece is read again:
# half a second at this size.
_PIECE_BYTES = 7_000_000

_REQUEST = "xpkg-request.json"
_OUTPUT = "xpkg-output"

T = TypeVar("T")


@dataclass(frozen=True)
class AnalysisRequest:
    """Asks what the files of a large package hold."""

    package: PackageInputs


@dataclass(frozen=True)
class Analysis:
    """The tool's answers, at `paths` in `digest`, which cover all files of the package."""

    digest: Digest
    paths: tuple[str, ...]


@dataclass(frozen=True)
class _Piece:
    """Some files of the package at `address`: number `number` of `count`. `digest` has them."""

    address: Address
    number: int
    count: int
    digest: Digest
    sources: tuple[str, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class _PieceAnswer:
    digest: Digest


def piece_of(path: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:8], "big") % count


def piece_count(size: int) -> int:
    """A power of two, so that a package that grows hardly ever moves its files."""
    count = 1
    while size > count * _PIECE_BYTES:
        count *= 2
    return count


def _parts(items: Iterable[T], path_of: Callable[[T], str], count: int) -> list[tuple[T, ...]]:
    """The items by the piece that their paths belong to, in their order."""
    parts: list[list[T]] = [[] for _ in range(count)]
    for item in items:
        parts[piece_of(path_of(item), count)].append(item)
    return [tuple(part) for part in parts]


@rule
async def analyse_package(request: AnalysisRequest) -> Analysis:
    package = request.package
    entries = await Get(DigestEntries, Digest, package.digest)
    files = [entry for entry in entries if isinstance(entry, FileEntry)]
    # A link leads to another file, maybe of another piece: then there is one piece.
    count = piece_count(package.size) if len(files) == len(entries) else 1
    digests: Sequence[Digest] = (package.digest,)
    if count > 1:
        parts = _parts(files, lambda file: file.path, count)
        digests = await MultiGet(Get(Digest, CreateDigest(part)) for part in parts)
    sources = _parts(package.sources, str, count)
    examples = _parts(package.examples, str, count)
    pieces = [
        _Piece(package.address, number, count, digests[number], sources[number], examples[number])
        for number in range(count)
    ]
    answers = await MultiGet(Get(_PieceAnswer, _Piece, piece) for piece in pieces)
    merged = await Get(Digest, MergeDigests(answer.digest for answer in answers))
    return Analysis(merged, tuple(_path(piece.number) for piece in pieces))


@rule
async def analyse_piece(piece: _Piece) -> _PieceAnswer:
    asked = {"sources": piece.sources, "examples": piece.examples}
    request = await Get(Digest, CreateDigest([json_file(_REQUEST, asked)]))
    input_digest = await Get(Digest, MergeDigests([request, piece.digest]))
    process = await Get(
        Process,
        ToolProcess(
            args=("analyse", _REQUEST, _OUTPUT),
            input_digest=input_digest,
            output_directory=_OUTPUT,
            description=f"Reading {piece.address.spec} ({piece.number + 1} of {piece.count})",
        ),
    )
    result = await Get(ProcessResult, Process, process)
    (answer,) = await Get(DigestEntries, Digest, result.output_digest)
    assert isinstance(answer, FileEntry)
    renamed = FileEntry(_path(piece.number), answer.file_digest)
    return _PieceAnswer(await Get(Digest, CreateDigest([renamed])))


def _path(number: int) -> str:
    return f"xpkg-analyses/{number}.json"


def rules() -> Iterable[Any]:
    return collect_rules()
