"""`pants generate-lockfiles`: locks the external packages that packages depend on."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any, Iterable, Sequence

from pants.base.build_environment import get_buildroot
from pants.core.goals.generate_lockfiles import (
    GenerateLockfile,
    GenerateLockfileResult,
    GenerateLockfilesSubsystem,
    KnownUserResolveNames,
    KnownUserResolveNamesRequest,
    RequestedUserResolveNames,
    UserGenerateLockfiles,
)
from pants.engine.fs import EMPTY_DIGEST, CreateDigest, Digest, DigestContents, FileContent
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.unions import UnionRule
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.dependencies.resolves import (
    LockFile,
    LockFileRequest,
    LockInputs,
    LockInputsRequest,
    Resolves,
)
from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import LOCK
from xpkg_tool.messages.lock import LockAnswer, LockRequest
from xpkg_tool.messages.registry import RegistryOptions

logger = logging.getLogger(__name__)

_LAYOUT = "oci-layout:"


class NotLocked(Exception):
    """Why there are no new locks. `files` says what becomes of those that there are."""

    def __init__(self, reasons: Sequence[str], files: str) -> None:
        super().__init__("\n\n".join((*reasons, f"Nothing was written: {files}.")))


@dataclass(frozen=True)
class GenerateXpkgLockfile(GenerateLockfile):
    """Asks for the lock of one resolve; `together` are the names of all that this run asks for."""

    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class LockedResolveRequest:
    """Asks for the `LockedResolve` with this name."""

    name: str


@dataclass(frozen=True)
class LockedResolve:
    """What became of a resolve: `error` says why there is no new lock; else `files` has it as LOCK.
    `exists` says whether there is a lock at `path` already."""

    name: str
    path: str
    exists: bool
    answer: LockAnswer = field(default_factory=LockAnswer)
    files: Digest = EMPTY_DIGEST
    error: str = ""


class KnownXpkgResolveNamesRequest(KnownUserResolveNamesRequest):
    pass


class RequestedXpkgResolveNames(RequestedUserResolveNames):
    pass


@rule
def known_resolve_names(
    _: KnownXpkgResolveNamesRequest, xpkg: XpkgSubsystem
) -> KnownUserResolveNames:
    return KnownUserResolveNames(
        names=tuple(sorted(xpkg.resolves)),
        option_name="[xpkg].resolves",
        requested_resolve_names_cls=RequestedXpkgResolveNames,
    )


@rule
async def lockfiles_to_generate(
    requested: RequestedXpkgResolveNames, resolves: Resolves, goal: GenerateLockfilesSubsystem
) -> UserGenerateLockfiles:
    """A resolve with neither a package nor a manifest that installs external ones has a lock only
    where somebody names it."""
    named = (resolves.by_name[name] for name in sorted(requested))
    found = [r for r in named if r.addresses or r.installed or r.name in goal.resolve]
    together = tuple(resolve.name for resolve in found)
    return UserGenerateLockfiles(
        GenerateXpkgLockfile(resolve.name, resolve.path, False, together) for resolve in found
    )


@rule(desc="Lock Crossplane packages")
async def lock_resolve(
    request: LockedResolveRequest, resolves: Resolves, xpkg: XpkgSubsystem
) -> LockedResolve:
    name = request.name
    path = resolves.by_name[name].path
    file = await Get(LockFile, LockFileRequest(path))
    result = LockedResolve(name, path, file.exists)
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
    if environment.problems:
        return replace(result, error="\n".join(environment.problems))
    inputs = await Get(LockInputs, LockInputsRequest(resolves.by_name[name]))
    message = LockRequest(
        directory=get_buildroot(),
        connections=max(1, xpkg.publish_connections),
        registries=_registry_options(xpkg),
        lock=path,
        packages=inputs.packages,
        own=inputs.own,
        upgrade=tuple(xpkg.upgrade),
    )
    count = len(inputs.packages)
    depend = "depends" if count == 1 else "depend"
    asked = await Get(
        ToolAnswer,
        ToolRequest(
            message,
            f"Locking what {pluralize(count, 'Crossplane package')} {depend} on",
            (inputs.digest,),
            # Registries change.
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            may_fail=True,
        ),
    )
    if asked.failure:
        return replace(result, error=f"Locking failed: {asked.failure}. Run it again.")
    answer = asked.read(LockAnswer)
    return replace(result, answer=answer, files=asked.files, error=answer.error)


@rule
async def generate_lockfile(
    request: GenerateXpkgLockfile, xpkg: XpkgSubsystem
) -> GenerateLockfileResult:
    """Raises NotLocked with what prevents any of the locks of this run, since then Pants writes
    none of them."""
    results = await MultiGet(
        Get(LockedResolve, LockedResolveRequest(name)) for name in request.together
    )
    _raise_for(results, xpkg.upgrade)
    (result,) = [result for result in results if result.name == request.resolve_name]
    _tell(result)
    contents = await Get(DigestContents, Digest, result.files)
    (lock,) = [file for file in contents if file.path == LOCK]
    digest = await Get(Digest, CreateDigest([FileContent(result.path, lock.content)]))
    return GenerateLockfileResult(digest, result.name, result.path)


def _registry_options(xpkg: XpkgSubsystem) -> FrozenDict[str, RegistryOptions]:
    """How to connect to the registries that are configured; to others, as usual."""
    registries = xpkg.registries.configured
    hosts = {r.host: r.options for r in registries if not r.host.startswith(_LAYOUT)}
    return FrozenDict(hosts)


def _raise_for(results: Sequence[LockedResolve], upgrade: Iterable[str]) -> None:
    """Raises NotLocked where a resolve is not locked, or where none has a source that is to be
    upgraded."""
    resolves: dict[str, list[str]] = {}
    for result in results:
        if result.error:
            resolves.setdefault(result.error, []).append(result.name)
    reasons = [
        f"The {_named(names)} cannot be locked, for these reasons:\n\n{error}"
        for error, names in resolves.items()
    ]
    if not reasons:
        unknown = [s for s in upgrade if all(s in result.answer.unknown for result in results)]
        if unknown:
            reasons.append(
                f"`--xpkg-upgrade` names {', '.join(unknown)}, which nothing in "
                f"the {_named([result.name for result in results])} depends on. Write the "
                "source as `spec.dependsOn` does, without a tag, or * for all."
            )
    if reasons:
        raise NotLocked(reasons, _as_they_were(results))


def _named(resolves: Sequence[str]) -> str:
    noun = "resolve" if len(resolves) == 1 else "resolves"
    return f"{noun} {_listed([f'`{name}`' for name in resolves])}"


def _as_they_were(results: Iterable[LockedResolve]) -> str:
    """What is at the paths of the locks when nothing was written."""
    there = dict.fromkeys(result.path for result in results if result.exists)
    missing = dict.fromkeys(result.path for result in results if not result.exists)
    clauses = []
    if there:
        were = "are as they were" if len(there) > 1 else "is as it was"
        clauses.append(f"{_listed(list(there))} {were}")
    if missing:
        clauses.append(f"there is still no {_listed(list(missing), 'or')}")
    return ", and ".join(clauses)


def _listed(names: Sequence[str], word: str = "and") -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def _tell(result: LockedResolve) -> None:
    """What differs. That the file was written, the goal says."""
    count = pluralize(result.answer.packages, "package")
    if result.answer.changes:
        lines = "".join(f"\n  {line}" for line in result.answer.changes)
        logger.info("%s has %s:%s", result.path, count, lines)
    elif result.exists:
        logger.info("%s has %s: the same as before.", result.path, count)
    else:
        logger.info("%s is new, and has %s.", result.path, count)


def rules() -> Iterable[Any]:
    return (
        *collect_rules(),
        UnionRule(GenerateLockfile, GenerateXpkgLockfile),
        UnionRule(KnownUserResolveNamesRequest, KnownXpkgResolveNamesRequest),
        UnionRule(RequestedUserResolveNames, RequestedXpkgResolveNames),
    )
