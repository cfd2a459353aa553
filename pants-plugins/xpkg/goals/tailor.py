"""`pants tailor`: writes an `xpkg_package` target for each package of the repository."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.tailor import PutativeTarget, PutativeTargets, PutativeTargetsRequest
from pants.engine.fs import PathGlobs, Snapshot
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import (
    AllUnexpandedTargets,
    SourcesField,
    SourcesPaths,
    SourcesPathsRequest,
    Target,
)
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgPackageTarget, XpkgSourcesField
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.tailor import NewTarget, TailorAnswer, TailorRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PutativeXpkgTargetsRequest(PutativeTargetsRequest):
    pass


@rule(desc="Find Crossplane packages without a target", level=LogLevel.DEBUG)
async def find_putative_targets(
    request: PutativeXpkgTargetsRequest, all_targets: AllUnexpandedTargets, xpkg: XpkgSubsystem
) -> PutativeTargets:
    if not xpkg.tailor:
        return PutativeTargets()
    # What is content of a package is seen in the files, so all YAML is looked at, also where only a
    # folder inside a package was named.
    snapshot = await Get(Snapshot, PathGlobs(["**/*.yaml", "**/*.yml"]))
    if not snapshot.files:
        return PutativeTargets()
    paths = await MultiGet(
        Get(SourcesPaths, SourcesPathsRequest(_sources(target))) for target in all_targets
    )
    owned = tuple(sorted({file for sources in paths for file in sources.files}))
    message = TailorRequest(snapshot.files, owned)
    description = "Looking for Crossplane packages"
    asked = await Get(ToolAnswer, ToolRequest(message, description, (snapshot.digest,)))
    answer = asked.read(TailorAnswer)
    for project in answer.projects:
        if _directory(project) in request.dirs:
            logger.info(
                "%s describes a project, from which another program makes a package. It is not a "
                "package itself and gets no target.",
                project,
            )
    return PutativeTargets(
        _putative_target(target)
        for target in answer.targets
        if any(_directory(file) in request.dirs for file in target.files)
    )


def _sources(target: Target) -> SourcesField:
    """What a target is built from. A package that is an example of another one is not that one's,
    as which Pants would count it (AllOwnedSources)."""
    sources = target.get(SourcesField)
    return sources.package_sources if isinstance(sources, XpkgSourcesField) else sources


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _putative_target(target: NewTarget) -> PutativeTarget:
    below = len(target.directory) + 1 if target.directory else 0
    fields = {"sources": target.sources, "examples": target.examples}
    return PutativeTarget.for_target_type(
        XpkgPackageTarget,
        path=target.directory,
        name=target.name,
        # Pants puts these into `sources` when another target owns one of them, so they must be all.
        triggering_sources=[file[below:] for file in target.files],
        kwargs={field: globs for field, globs in fields.items() if globs},
        comments=target.comments,
    )


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(PutativeTargetsRequest, PutativeXpkgTargetsRequest))
