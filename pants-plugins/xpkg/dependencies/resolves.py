"""The resolves of the repository: which packages share which lock file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from pants.engine.addresses import Address
from pants.engine.fs import Digest, MergeDigests, PathGlobs, Snapshot
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.frozendict import FrozenDict
from pants.util.strutil import bullet_list

from xpkg.dependencies.metas import PackageTargets
from xpkg.dependencies.repository import RepositoryPackages
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgResolveField
from xpkg_tool.messages import PackageToLock


class UnknownResolveError(ValueError):
    """A resolve that `[xpkg].resolves` does not have."""

    def __init__(self, what: str, resolve: str, resolves: Mapping[str, str]) -> None:
        super().__init__(
            f"{what} must be one of `[xpkg].resolves`, but is {resolve!r}. They are:\n"
            f"{bullet_list(sorted(resolves))}"
        )


@dataclass(frozen=True)
class Resolve:
    """A resolve: the path of its lock file, and the targets whose dependencies are locked there."""

    name: str
    path: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class Resolves:
    """All resolves, by name, and the name of each target's."""

    by_name: FrozenDict[str, Resolve]
    of_target: FrozenDict[Address, str]

    def of(self, address: Address) -> Resolve:
        """The resolve of a target."""
        return self.by_name[self.of_target[address]]


@dataclass(frozen=True)
class LockInputsRequest:
    """Asks for the `LockInputs` of a resolve."""

    resolve: Resolve


@dataclass(frozen=True)
class LockInputs:
    """What the tool has to know to lock a resolve or to check its lock: the packages, the sources
    of the repository's own ones with their names, and the files with the meta objects and the lock,
    if there is one. `files` has the file with the meta object of each target."""

    packages: tuple[PackageToLock, ...]
    own: FrozenDict[str, str]
    digest: Digest
    files: tuple[tuple[Address, str], ...]


@dataclass(frozen=True)
class LockFile:
    """The lock at a path; nothing where there is none."""

    digest: Digest
    exists: bool


@dataclass(frozen=True)
class LockFileRequest:
    """Asks for the `LockFile` at a path."""

    path: str


@rule
async def find_resolves(targets: PackageTargets, xpkg: XpkgSubsystem) -> Resolves:
    """Raises UnknownResolveError."""
    resolves = xpkg.resolves
    if xpkg.default_resolve not in resolves:
        raise UnknownResolveError("`[xpkg].default_resolve`", xpkg.default_resolve, resolves)
    of_target: dict[Address, str] = {}
    for address, target in targets.by_address.items():
        name = target[XpkgResolveField].value or xpkg.default_resolve
        if name not in resolves:
            what = f"The 'resolve' field in target {address}"
            raise UnknownResolveError(what, name, resolves)
        of_target[address] = name
    found = {
        name: Resolve(name, path, tuple(sorted(a for a, r in of_target.items() if r == name)))
        for name, path in sorted(resolves.items())
    }
    return Resolves(FrozenDict(found), FrozenDict(of_target))


@rule
async def find_lock_file(request: LockFileRequest) -> LockFile:
    snapshot = await Get(Snapshot, PathGlobs([request.path]))
    return LockFile(snapshot.digest, bool(snapshot.files))


@rule
async def lock_inputs(request: LockInputsRequest, repository: RepositoryPackages) -> LockInputs:
    resolve = request.resolve
    found = (repository.packages[address] for address in resolve.addresses)
    # One without a meta object is not a package: lint says so.
    files = tuple((p.address, p.meta.path) for p in found if p.meta is not None)
    packages = tuple(PackageToLock(name_in_lock(address), path) for address, path in files)
    metas, lock = await MultiGet(
        Get(Digest, PathGlobs([path for _, path in files])),
        Get(LockFile, LockFileRequest(resolve.path)),
    )
    own = {source: name_in_lock(named[0]) for source, named in repository.publishers.items()}
    digest = await Get(Digest, MergeDigests([metas, lock.digest]))
    return LockInputs(packages, FrozenDict(own), digest, files)


def name_in_lock(address: Address) -> str:
    """What a lock calls a package of the repository: its address, or its folder where the target
    has the folder's name."""
    folder, spec = address.spec_path, address.spec
    if spec == f"{folder}:{os.path.basename(folder)}":
        return f"//{folder}"
    return spec if spec.startswith("//") else f"//{spec}"


def rules() -> Iterable[Any]:
    return collect_rules()
