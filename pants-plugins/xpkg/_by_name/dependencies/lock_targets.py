# Written by `python build-support/by_name.py`; do not edit.
"""Lock files as targets: what a lock decides depends on it, so that a change of a lock is one of
those packages and manifests for `--changed-since`, as with Pants' own lock files."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping

from pants.engine.addresses import Address
from pants.engine.fs import PathGlobs, Snapshot
from pants.engine.internals.synthetic_targets import SyntheticAddressMaps, SyntheticTargetsRequest
from pants.engine.internals.target_adaptor import TargetAdaptor
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.intrinsics import digest_to_snapshot
from pants.engine.unions import UnionRule

from xpkg.subsystem import XpkgSubsystem

# What a target may be called.
_NAME = re.compile(r"[\w.\-]+")


@dataclass(frozen=True)
class LockTargetsRequest(SyntheticTargetsRequest):
    """Asks for the targets of all lock files at once: options say where they are."""

    path: str = SyntheticTargetsRequest.SINGLE_REQUEST_FOR_ALL_TARGETS


@dataclass(frozen=True)
class LockTargetRequest:
    """Asks for the `LockTarget` of a resolve."""

    resolve: str


@dataclass(frozen=True)
class LockTarget:
    """The address of a lock file; None where there is no such file."""

    address: Address | None


@rule
async def lock_targets(request: LockTargetsRequest, xpkg: XpkgSubsystem) -> SyntheticAddressMaps:
    found = await digest_to_snapshot(**implicitly(PathGlobs(sorted(xpkg.resolves.values()))))
    return SyntheticAddressMaps.for_targets_request(
        request, _by_build_file(xpkg.resolves, found.files)
    )


def _by_build_file(
    resolves: Mapping[str, str], files: Iterable[str]
) -> Iterator[tuple[str, tuple[TargetAdaptor, ...]]]:
    """The targets of locks that exist, by the BUILD file in which they would be written."""
    existing = {name: path for name, path in resolves.items() if path in files}
    for folder in sorted({os.path.dirname(path) for path in existing.values()}):
        targets = tuple(
            TargetAdaptor(
                "_lockfile",
                name=_name(name),
                source=os.path.basename(path),
                __description_of_origin__=f"`[xpkg].resolves` ({name})",
            )
            for name, path in sorted(existing.items())
            if os.path.dirname(path) == folder and _NAME.fullmatch(name)
        )
        yield os.path.join(folder, "BUILD.xpkg-locks"), targets


def _name(resolve: str) -> str:
    return f"_{resolve}_xpkg_lock"


@rule
async def lock_target(request: LockTargetRequest, xpkg: XpkgSubsystem) -> LockTarget:
    path = xpkg.resolves.get(request.resolve)
    if path is None or not _NAME.fullmatch(request.resolve):
        return LockTarget(None)
    found = await digest_to_snapshot(**implicitly(PathGlobs([path])))
    if not found.files:
        return LockTarget(None)
    return LockTarget(Address(os.path.dirname(path), target_name=_name(request.resolve)))


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(SyntheticTargetsRequest, LockTargetsRequest))
