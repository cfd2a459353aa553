# Written by `python build-support/by_name.py`; do not edit.
"""`pants xpkg-graph`: which packages depend on which, and what of them is published."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any, Iterable

from pants.engine.addresses import Address, Addresses
from pants.engine.console import Console
from pants.engine.fs import PathGlobs, Snapshot
from pants.engine.goal import Goal, GoalSubsystem, Outputting
from pants.engine.rules import collect_rules, goal_rule, implicitly, rule
from pants.engine.intrinsics import digest_to_snapshot
from xpkg.dependencies.members import find_members
from xpkg.publishing.planning import publish_plan
from xpkg.tool.run import ask_the_tool
from pants.option.option_types import BoolOption, EnumOption
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.dependencies.members import RepositoryMembers, RepositoryMembersRequest
from xpkg.dependencies.repository import RepositoryPackages
from xpkg.dependencies.resolves import Resolves
from xpkg.publishing.plan import PackagePlan, PublishPlan
from xpkg.publishing.planning import PublishPlanRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.graph import GraphAnswer, GraphFormat, GraphRequest, PublishedState
from xpkg_tool.messages.plan import Action

logger = logging.getLogger(__name__)


class GraphOutput(Enum):
    """The formats of a graph."""

    TREE = "tree"
    JSON = "json"
    DOT = "dot"
    MERMAID = "mermaid"


class XpkgGraphSubsystem(Outputting, GoalSubsystem):
    name = "xpkg-graph"
    help = (
        "Show which Crossplane packages depend on which: those of this repository by their "
        "addresses, those of others by their sources, with the versions that the lock has."
    )

    format = EnumOption(
        default=GraphOutput.TREE,
        help="Write the graph in this format: a tree for people, JSON for programs, DOT for "
        "Graphviz, or a Mermaid flowchart for Markdown.",
    )

    published = BoolOption(
        default=False,
        help=f"Build the packages and ask the registries which of them are published, as "
        f"`{bin_name()} publish --xpkg-publish-plan` does. Nothing is written.",
    )


class XpkgGraph(Goal):
    subsystem_cls = XpkgGraphSubsystem
    environment_behavior = Goal.EnvironmentBehavior.LOCAL_ONLY


@dataclass(frozen=True)
class _DrawingRequest:
    """Asks for the `_Drawing` of the packages at these addresses and of what they depend on."""

    addresses: tuple[Address, ...]
    format: GraphFormat
    states: FrozenDict[str, PublishedState]


@dataclass(frozen=True)
class _Drawing:
    answer: GraphAnswer


@rule(desc="Draw the graph of Crossplane packages", level=LogLevel.DEBUG)
async def draw(request: _DrawingRequest, xpkg: XpkgSubsystem, resolves: Resolves) -> _Drawing:
    members = await find_members(**implicitly(RepositoryMembersRequest()))
    # A resolve that was not locked yet has no file.
    locks = await digest_to_snapshot(**implicitly(PathGlobs(sorted(xpkg.resolves.values()))))
    named = tuple(address.spec for address in request.addresses)
    message = GraphRequest(
        members.members,
        request.format,
        named,
        locks.files,
        FrozenDict({address.spec: resolves.of(address).path for address in resolves.of_target}),
        request.states,
    )
    inputs = (members.metas, locks.digest)
    asked = ToolRequest(message, "Drawing the graph of packages", inputs, level=LogLevel.DEBUG)
    answer = await ask_the_tool(**implicitly({asked: ToolRequest}))
    return _Drawing(answer.read(GraphAnswer))


@goal_rule
async def xpkg_graph(
    console: Console,
    addresses: Addresses,
    repository: RepositoryPackages,
    options: XpkgGraphSubsystem,
) -> XpkgGraph:
    packages = tuple(address for address in addresses if address in repository.packages)
    if not packages:
        logger.warning("No `xpkg_package` target is named, so there is nothing to show.")
        return XpkgGraph(exit_code=0)
    states: FrozenDict[str, PublishedState] = FrozenDict()
    if options.published:
        plan = await publish_plan(**implicitly(PublishPlanRequest(packages)))
        states = FrozenDict({p.address.spec: published_state(p) for p in plan.packages})
    request = _DrawingRequest(packages, options.format.value, states)
    drawing = await draw(**implicitly({request: _DrawingRequest}))
    if drawing.answer.problem:
        console.print_stderr(drawing.answer.problem)
        return XpkgGraph(exit_code=1)
    with options.output(console) as write:
        write(drawing.answer.text)
    return XpkgGraph(exit_code=0)


def published_state(package: PackagePlan) -> PublishedState:
    """What the registries have of a package, by all of its references that were looked up."""
    found = [r.planned for r in package.references if r.action is not Action.SKIP]
    if package.problem is not None or any(planned.action is Action.FAILED for planned in found):
        return "unknown"
    if any(planned.remote not in (None, planned.local) for planned in found):
        return "drifted"
    there = [planned.remote is not None for planned in found]
    if not any(there):
        return "never published"
    return "published" if all(there) else "partly published"


def rules() -> Iterable[Any]:
    return collect_rules()
