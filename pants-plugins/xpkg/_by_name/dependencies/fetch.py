# Written by `python build-support/by_name.py`; do not edit.
"""Packages of other repositories, by their digests.

What was fetched is the result of a process that Pants caches, locally and remotely, for everybody:
its environment is empty, and its request has the source and the digest, and nothing of a machine or
a user. Such a process has no credentials, so it cannot fetch; it reads the package from a named
cache, a folder of the machine that is not part of the key. Where that does not have the package,
the process fails, which Pants does not keep. Then one process for all that is missing, which runs
in this session only and has the environment of publishing, fetches them into that folder, and the
first process is run again.

So who has the result in a cache, their own or the remote one, needs neither a login nor a network.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Iterable

from pants.base.build_environment import get_buildroot
from pants.engine.fs import Digest, DigestSubset, PathGlobs, RemovePrefix
from pants.engine.process import ProcessCacheScope
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import digest_subset_to_digest
from pants.engine.intrinsics import remove_prefix
from xpkg.naming.environment import publish_environment
from xpkg.tool.run import ask_the_tool
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel
from pants.util.strutil import pluralize

from xpkg.naming.environment import PublishEnvironment, PublishEnvironmentRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.fetch import (
    FetchAnswer,
    PackageToFetch,
    ReadFetchedAnswer,
    ReadFetchedRequest,
)
from xpkg_tool.messages.fetch import FetchRequest as FetchMessage
from xpkg_tool.messages.files import STREAM

_CACHE_NAME = "xpkg_packages"
_CACHE = ".xpkg-packages"
_CACHES = FrozenDict({_CACHE_NAME: _CACHE})

_REMOTE = (
    "Packages cannot be fetched under `[GLOBAL].remote_execution`: the process would run on a "
    "worker, which has no credentials. Fetch them once without it; then the remote cache has them."
)


@dataclass(frozen=True)
class FetchRequest:
    """Asks for the `FetchedPackages` with these sources and digests (`sha256:...`)."""

    packages: tuple[PackageToFetch, ...]


@dataclass(frozen=True)
class FetchedPackage:
    """A package: `files` has its package.yaml (messages/files.py: STREAM), and `platforms` the
    digests of an index's manifests by `os/architecture`."""

    source: str
    digest: str
    platforms: FrozenDict[str, str]
    files: Digest


@dataclass(frozen=True)
class FetchedPackages:
    """The packages in the order of the request, without those that could not be fetched: for each
    of these `errors` has a text."""

    packages: tuple[FetchedPackage, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class _DownloadRequest:
    """Asks registries for packages that no cache has."""

    packages: tuple[PackageToFetch, ...]


@rule(desc="Fetch packages", level=LogLevel.DEBUG)
async def fetch_packages(request: FetchRequest) -> FetchedPackages:
    wanted = tuple(dict.fromkeys(request.packages))
    reads = await concurrently(ask_the_tool(**implicitly({_read(p, LogLevel.TRACE): ToolRequest})) for p in wanted)
    found = {p: _of_answer(p, read) for p, read in zip(wanted, reads) if not read.failure}
    missing = tuple(p for p in wanted if p not in found)
    errors: tuple[str, ...] = ()
    if missing:
        downloaded = await download_packages(**implicitly(_DownloadRequest(missing)))
        errors = downloaded.errors
        here = {PackageToFetch(p.source, p.digest): p for p in downloaded.packages}
        # The same process: the level is part of what the engine remembers of a session, which is
        # that it failed, but not of the key in the caches.
        again = await concurrently(ask_the_tool(**implicitly({_read(p, LogLevel.DEBUG): ToolRequest})) for p in here)
        for package, read in zip(here, again):
            # What is too large for the cache is fetched in each session.
            found[package] = here[package] if read.failure else _of_answer(package, read)
    asked = [found[package] for package in request.packages if package in found]
    streams = await concurrently(
        digest_subset_to_digest(**implicitly(DigestSubset(package.files, PathGlobs([STREAM])))) for package in asked
    )
    named = (replace(package, files=stream) for package, stream in zip(asked, streams))
    return FetchedPackages(tuple(named), errors)


@rule
async def download_packages(
    request: _DownloadRequest, xpkg: XpkgSubsystem, global_options: GlobalOptions
) -> FetchedPackages:
    if global_options.remote_execution:
        return FetchedPackages((), (_REMOTE,))
    environment = await publish_environment(**implicitly(PublishEnvironmentRequest()))
    if environment.problems:
        return FetchedPackages((), environment.problems)
    message = FetchMessage(
        directory=get_buildroot(),
        connections=max(1, xpkg.publish_connections),
        registries=FrozenDict({r.host: r.options for r in xpkg.registries.configured}),
        cache=_CACHE,
        packages=request.packages,
    )
    asked = await ask_the_tool(**implicitly(ToolRequest(
            message,
            f"Fetching {pluralize(len(request.packages), 'package')}",
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            may_fail=True,
            append_only_caches=_CACHES,
        )))
    if asked.failure:
        return FetchedPackages((), (f"Fetching packages failed: {asked.failure}.",))
    entries = list(enumerate(zip(request.packages, asked.read(FetchAnswer).packages)))
    fetched = [(n, package, entry) for n, (package, entry) in entries if not entry.error]
    subsets = await concurrently(
        digest_subset_to_digest(**implicitly(DigestSubset(asked.files, PathGlobs([f"{n}/{STREAM}"])))) for n, _, _ in fetched
    )
    files = await concurrently(
        remove_prefix(**implicitly(RemovePrefix(subset, str(n)))) for subset, (n, _, _) in zip(subsets, fetched)
    )
    return FetchedPackages(
        tuple(
            FetchedPackage(package.source, package.digest, FrozenDict(entry.platforms), digest)
            for digest, (_, package, entry) in zip(files, fetched)
        ),
        tuple(entry.error for _, (_, entry) in entries if entry.error),
    )


def _read(package: PackageToFetch, level: LogLevel) -> ToolRequest:
    return ToolRequest(
        ReadFetchedRequest(package, _CACHE),
        f"Reading {package.source}@{package.digest}",
        may_fail=True,
        level=level,
        append_only_caches=_CACHES,
    )


def _of_answer(package: PackageToFetch, read: ToolAnswer) -> FetchedPackage:
    platforms = FrozenDict(read.read(ReadFetchedAnswer).platforms)
    return FetchedPackage(package.source, package.digest, platforms, read.files)


def rules() -> Iterable[Any]:
    return collect_rules()
