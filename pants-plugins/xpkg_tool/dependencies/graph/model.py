"""The graph of packages: those of the repository, and those of others that they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Mapping

from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.repository import Member, Repository
from xpkg_tool.diagnostics.user_info import without_user

# Where a package comes from: it is built here; the lock says which one is installed; or neither.
REPOSITORY = "repository"
LOCKED = "locked"
EXTERNAL = "external"


@dataclass(frozen=True)
class Link:
    """A dependency on the package `target`. `constraint` is what `spec.dependsOn` says, empty where
    it says none; `by_hand`: only the target of the package says that there is one."""

    target: str
    constraint: str = ""
    by_hand: bool = False


@dataclass(frozen=True)
class Node:
    """A package. `name` is the address of its target (or its folder) where it is built here, else
    its source. `version` and `kind` are empty where they are not known; `digest` is that of the
    lock. `state` says what became of it in the registries, empty where nobody asked."""

    name: str
    origin: str
    kind: str = ""
    version: str = ""
    sources: tuple[str, ...] = ()
    digest: str = ""
    state: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Graph:
    """The packages by their names: those of the repository first, then those of others."""

    nodes: Mapping[str, Node]

    def roots(self) -> tuple[str, ...]:
        """Where to begin, so that each package is reached: those that nothing else depends on;
        then, of packages that depend on each other in a circle, the first one."""
        targets = {
            link.target
            for node in self.nodes.values()
            for link in node.links
            if link.target != node.name
        }
        roots = [name for name in self.nodes if name not in targets]
        reached: set[str] = set()
        self._reach(roots, reached)
        for name in self.nodes:
            if name not in reached:
                roots.append(name)
                self._reach([name], reached)
        return tuple(roots)

    def below(self, names: Iterable[str]) -> Graph:
        """The packages with these names, and what they depend on, directly or not."""
        reached: set[str] = set()
        self._reach(names, reached)
        return Graph({name: node for name, node in self.nodes.items() if name in reached})

    def _reach(self, names: Iterable[str], reached: set[str]) -> None:
        """Adds these packages and what is below them, as far as it is not there."""
        pending = [name for name in names if name in self.nodes]
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending += [link.target for link in self.nodes[name].links]


def graph_of(repository: Repository, lock: Lock, states: Mapping[str, str]) -> Graph:
    """The graph of all packages. `states` is by the names of the members."""
    members = {member.name: member for member in repository.members}
    nodes = {
        name: Node(
            name,
            REPOSITORY,
            member.kind,
            member.version or "",
            member.sources,
            state=states.get(name, ""),
            links=_links(member, repository),
        )
        for name, member in sorted(members.items())
    }
    locked = {
        package.source: Node(
            package.source,
            LOCKED,
            package.kind,
            package.version,
            (package.source,),
            package.digest,
            links=tuple(
                Link(target, dependency.constraint)
                for dependency in package.dependencies
                for target in _targets(dependency.source, repository)
            ),
        )
        for package in lock.packages
    }
    # Several entries may name it; the kind of the first one is as good as any.
    unknown = {
        dependency.package: Node(
            dependency.package, EXTERNAL, dependency.kind, sources=(dependency.package,)
        )
        for member in reversed(repository.members)
        for dependency in reversed(member.dependencies)
        if dependency.package not in locked
    }
    named = {link.target for node in (*nodes.values(), *locked.values()) for link in node.links}
    others = {source: Node(source, EXTERNAL, sources=(source,)) for source in named - set(nodes)}
    others.update((source, node) for source, node in unknown.items() if source in named)
    others.update((source, node) for source, node in locked.items())
    return Graph({**nodes, **dict(sorted(others.items()))})


def _links(member: Member, repository: Repository) -> tuple[Link, ...]:
    """By the entries, in their order; then what is written by hand alone."""
    edges = {edge.dependency.index: edge for edge in repository.edges(member)}
    links: dict[str, Link] = {}
    for dependency in member.dependencies:
        constraint = dependency.constraint or ""
        edge = edges.get(dependency.index)
        if edge is not None:
            targets = [m.name for m in edge.members]
        elif dependency.package in member.sources:
            targets = [member.name]
        elif dependency.package in repository.publishers:
            continue  # Left out by hand.
        else:
            targets = [without_user(dependency.package)]
        for target in targets:
            links.setdefault(target, Link(target, constraint))
    for name in member.includes:
        links.setdefault(name, Link(name, by_hand=True))
    return tuple(links.values())


def _targets(source: str, repository: Repository) -> Iterable[str]:
    """What a locked package's dependency is: a package of others, or one that is built here."""
    publishers = repository.publishers.get(source, ())
    return [member.name for member in publishers] or [source]
