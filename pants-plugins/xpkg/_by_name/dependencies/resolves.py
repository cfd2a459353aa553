# Written by `python build-support/by_name.py`; do not edit.
"""The resolves of the repository: which packages share which lock file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from pants.engine.addresses import Address, Addresses, UnparsedAddressInputs
from pants.engine.fs import Digest, MergeDigests, PathGlobs, Snapshot
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import resolve_unparsed_address_inputs
from pants.engine.intrinsics import digest_to_snapshot
from pants.engine.intrinsics import merge_digests
from pants.engine.intrinsics import path_globs_to_digest
from xpkg.dependencies.internal import find_internal_dependencies
from pants.engine.target import AllTargets, Target
from pants.util.frozendict import FrozenDict
from pants.util.strutil import bullet_list

from xpkg.dependencies.internal import InternalDependencies, InternalDependenciesRequest
from xpkg.dependencies.metas import PackageTargets
from xpkg.dependencies.repository import RepositoryPackages
from xpkg.install_target import (
    XpkgInstallExternalPackagesField,
    XpkgInstallPackagesField,
    XpkgInstallResolveField,
)
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgResolveField
from xpkg_tool.messages.lock import PackageToLock


class UnknownResolveError(ValueError):
    """A resolve that `[xpkg].resolves` does not have."""

    def __init__(self, what: str, resolve: str, resolves: Mapping[str, str]) -> None:
        super().__init__(
            f"{what} must be one of `[xpkg].resolves`, but is {resolve!r}. They are:\n"
            f"{bullet_list(sorted(resolves))}"
        )


@dataclass(frozen=True)
class Resolve:
    """A resolve: the path of its lock file, and the packages whose dependencies are locked there.
    `installed` has the external packages that its `xpkg_install` targets name."""

    name: str
    path: str
    addresses: tuple[Address, ...]
    installed: FrozenDict[Address, tuple[str, ...]] = field(default_factory=FrozenDict)


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
    """What the tool has to know to lock a resolve or to check its lock: who asks for external
    packages, the sources of the repository's own ones with their names, and the files with the meta
    objects and the lock, if there is one. `files` has the file with the meta object of each
    package: those of the resolve, and those of other ones that they depend on, for these are
    installed with them."""

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


def resolves_of_install(
    target: Target, packages: Iterable[Address], of_target: Mapping[Address, str], default: str
) -> tuple[str, ...]:
    """The names of the resolves that an `xpkg_install` target has, sorted: the one that it names,
    or those of the `packages` that it installs, or the default one. Several are an error."""
    given: str | None = target[XpkgInstallResolveField].value
    if given:
        return (given,)
    found = {of_target[address] for address in packages if address in of_target}
    return tuple(sorted(found)) or (default,)


# Stands before its caller because the engine looks for `Get`s there.
async def _resolve_of_install(
    target: Target, of_target: Mapping[Address, str], default: str
) -> str | None:
    """The resolve of an `xpkg_install` target; None where its packages have several, or cannot be
    found, which its manifest has an error for."""
    inputs = target[XpkgInstallPackagesField].to_unparsed_address_inputs()
    try:
        named = await resolve_unparsed_address_inputs(**implicitly({inputs: UnparsedAddressInputs}))
    # There is no list of what can be raised (building/target_faults.py).
    except Exception:
        named = Addresses()
    found = resolves_of_install(target, named, of_target, default)
    return found[0] if len(found) == 1 else None


@rule
async def find_resolves(
    targets: PackageTargets, all_targets: AllTargets, xpkg: XpkgSubsystem
) -> Resolves:
    """Raises UnknownResolveError."""
    resolves = xpkg.resolves
    if xpkg.default_resolve not in resolves:
        raise UnknownResolveError("`[xpkg].default_resolve`", xpkg.default_resolve, resolves)
    of_target: dict[Address, str] = {}
    for address, target in targets.by_address.items():
        name = target[XpkgResolveField].value or xpkg.default_resolve
        if name not in resolves:
            origin = target.description_of_origin
            what = f"{origin}: error: The 'resolve' field in target {address}"
            raise UnknownResolveError(what, name, resolves)
        of_target[address] = name
    installs = [t for t in all_targets if t.get(XpkgInstallExternalPackagesField).value]
    resolve_of = [await _resolve_of_install(t, of_target, xpkg.default_resolve) for t in installs]
    found = {
        name: Resolve(
            name,
            path,
            tuple(sorted(a for a, r in of_target.items() if r == name)),
            FrozenDict(
                (t.address, t[XpkgInstallExternalPackagesField].value or ())
                for t, r in zip(installs, resolve_of)
                if r == name
            ),
        )
        for name, path in sorted(resolves.items())
    }
    return Resolves(FrozenDict(found), FrozenDict(of_target))


@rule
async def find_lock_file(request: LockFileRequest) -> LockFile:
    snapshot = await digest_to_snapshot(**implicitly(PathGlobs([request.path])))
    return LockFile(snapshot.digest, bool(snapshot.files))


# Stands before its caller because the engine looks for `Get`s there.
async def _with_dependencies(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """The packages, and those of the repository that they depend on, also indirectly."""
    found = dict.fromkeys(addresses)
    pending = list(found)
    while pending:
        internal = await concurrently(
            find_internal_dependencies(**implicitly(InternalDependenciesRequest(address))) for address in pending
        )
        named = (a for one in internal for entry in one.entries for a in entry.addresses)
        pending = [address for address in dict.fromkeys(named) if address not in found]
        found.update(dict.fromkeys(pending))
    return tuple(sorted(found))


@rule
async def lock_inputs(
    request: LockInputsRequest, repository: RepositoryPackages, resolves: Resolves
) -> LockInputs:
    resolve = request.resolve
    addresses = resolve.addresses
    if len(resolves.by_name) > 1:
        addresses = await _with_dependencies(addresses)
    found = (repository.packages[address] for address in addresses)
    # One without a meta object is not a package: lint says so.
    files = tuple((p.address, p.meta.path) for p in found if p.meta is not None)
    packages = (
        *(PackageToLock(name_in_lock(address), path) for address, path in files),
        *(
            PackageToLock(name_in_lock(address), sources=sources)
            for address, sources in resolve.installed.items()
        ),
    )
    metas, lock = await concurrently(
        path_globs_to_digest(**implicitly(PathGlobs([path for _, path in files]))),
        find_lock_file(**implicitly(LockFileRequest(resolve.path))),
    )
    own = {source: name_in_lock(named[0]) for source, named in repository.publishers.items()}
    digest = await merge_digests(**implicitly(MergeDigests([metas, lock.digest])))
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
