"""`pants generate-lockfiles`: locks the external packages that packages depend on."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Iterable

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
from pants.engine.fs import CreateDigest, Digest, DigestContents, FileContent
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import Get, collect_rules, rule
from pants.engine.unions import UnionRule
from pants.util.frozendict import FrozenDict
from pants.util.strutil import pluralize

from xpkg.dependencies.resolves import LockInputs, LockInputsRequest, Resolves
from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages import LOCK, LockAnswer, LockRequest, RegistryOptions

logger = logging.getLogger(__name__)

_LAYOUT = "oci-layout:"


class NotLocked(Exception):
    """Why there is no new lock."""

    def __init__(self, resolve: str, path: str, why: str) -> None:
        super().__init__(
            f"The resolve `{resolve}` cannot be locked, for these reasons:\n\n{why}\n\n"
            f"Nothing was written: {path} is as it was."
        )


@dataclass(frozen=True)
class GenerateXpkgLockfile(GenerateLockfile):
    """Asks for the lock of one resolve."""


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
    """A resolve without a package has a lock only where somebody names it."""
    found = (resolves.by_name[name] for name in sorted(requested))
    return UserGenerateLockfiles(
        GenerateXpkgLockfile(resolve.name, resolve.path, False)
        for resolve in found
        if resolve.addresses or resolve.name in goal.resolve
    )


@rule(desc="Lock Crossplane packages")
async def generate_lockfile(
    request: GenerateXpkgLockfile, resolves: Resolves, xpkg: XpkgSubsystem
) -> GenerateLockfileResult:
    """Raises NotLocked."""
    name, path = request.resolve_name, request.lockfile_dest
    environment = await Get(PublishEnvironment, PublishEnvironmentRequest())
    if environment.problems:
        raise NotLocked(name, path, "\n".join(environment.problems))
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
    asked = await Get(
        ToolAnswer,
        ToolRequest(
            message,
            f"Locking what {pluralize(len(inputs.packages), 'Crossplane package')} depend on",
            (inputs.digest,),
            # Registries change.
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            may_fail=True,
        ),
    )
    if asked.failure:
        raise NotLocked(name, path, f"Locking failed: {asked.failure}. Run it again.")
    answer = asked.read(LockAnswer)
    if answer.error:
        raise NotLocked(name, path, answer.error)
    _tell(request, answer)
    (lock,) = [f for f in await Get(DigestContents, Digest, asked.files) if f.path == LOCK]
    digest = await Get(Digest, CreateDigest([FileContent(path, lock.content)]))
    return GenerateLockfileResult(digest, name, path)


def _registry_options(xpkg: XpkgSubsystem) -> FrozenDict[str, RegistryOptions]:
    """How to connect to the registries that are configured; to others, as usual."""
    registries = xpkg.registries.configured
    hosts = {r.host: r.options for r in registries if not r.host.startswith(_LAYOUT)}
    return FrozenDict(hosts)


def _tell(request: GenerateXpkgLockfile, answer: LockAnswer) -> None:
    """What differs. That the file was written, the goal says."""
    if answer.unknown:
        logger.warning(
            "`[xpkg].upgrade` names %s, which is not in the resolve `%s`. Write the source as "
            "`spec.dependsOn` does, without a tag.",
            ", ".join(answer.unknown),
            request.resolve_name,
        )
    count = pluralize(answer.packages, "package")
    lines = "".join(f"\n  {line}" for line in answer.changes) or " the same as before."
    logger.info("%s has %s:%s", request.lockfile_dest, count, lines)


def rules() -> Iterable[Any]:
    return (
        *collect_rules(),
        UnionRule(GenerateLockfile, GenerateXpkgLockfile),
        UnionRule(KnownUserResolveNamesRequest, KnownXpkgResolveNamesRequest),
        UnionRule(RequestedUserResolveNames, RequestedXpkgResolveNames),
    )
