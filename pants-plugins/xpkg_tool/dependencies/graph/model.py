"""The graph of packages: those of the repository, and those of others that they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator, Mapping, Sequence

from xpkg_tool.dependencies.graph.locks import JoinedLocks
from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, Range
from xpkg_tool.dependencies.model import Dependency
from xpkg_tool.dependencies.repository import Member, Repository, satisfies
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.package.semver import Dialect

# Where a package comes from: it is built here; the lock says which one is installed; or neither.
REPOSITORY = "repository"
LOCKED = "locked"
EXTERNAL = "external"


_Dialects = tuple[Dialect, ...]


@dataclass(frozen=True)
class Link:
    """A dependency on the package with the id `target`. `constraint` is what `spec.dependsOn` says,
    empty where it says none, and `satisfied` whether the package's version satisfies it, None where
    that is not known; `explicit`: only the target of the package says that there is one."""

    target: str
    constraint: str = ""
    explicit: bool = False
    satisfied: bool | None = None

    @property
    def label(self) -> str:
        """The constraint, with a mark where it is not satisfied."""
        mark = UNSATISFIED if self.satisfied is False else ""
        return " ".join(filter(None, (self.constraint, mark)))


# What a constraint is marked with that the package's version does not satisfy.
UNSATISFIED = "(not satisfied)"


@dataclass(frozen=True)
class Node:
    """A package. `name` is the address of its target (or its folder) where it is built here, else
    its source. `version` and `kind` are empty where they are not known; `digest` is that of the
    lock, and `locks` are the paths of those that have it. `state` says what became of it in the
    registries, empty where nobody asked."""

    name: str
    origin: str
    kind: str = ""
    version: str = ""
    sources: tuple[str, ...] = ()
    digest: str = ""
    state: str = ""
    links: tuple[Link, ...] = ()
    locks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """The packages by their ids: those of the repository first, by their names, then those of
    others, by their sources, with the version where a lock has it. `named` are the ids of those
    that somebody asked for."""

    nodes: Mapping[str, Node]
    named: tuple[str, ...] = ()

    def roots(self) -> tuple[str, ...]:
        """Where to begin, so that each package is reached: those that nothing else depends on;
        then, of packages that depend on each other in a circle, the first one that somebody asked
        for."""
        targets = {
            link.target
            for id, node in self.nodes.items()
            for link in node.links
            if link.target != id
        }
        roots = [id for id in self.nodes if id not in targets]
        reached: set[str] = set()
        self._reach(roots, reached)
        for id in (*self.named, *self.nodes):
            if id not in reached:
                roots.append(id)
                self._reach([id], reached)
        return tuple(roots)

    def below(self, names: Iterable[str]) -> Graph:
        """The packages with these ids, and what they depend on, directly or not."""
        named = tuple(id for id in names if id in self.nodes)
        reached: set[str] = set()
        self._reach(named, reached)
        return Graph({id: node for id, node in self.nodes.items() if id in reached}, named)

    def _reach(self, ids: Iterable[str], reached: set[str]) -> None:
        """Adds these packages and what is below them, as far as it is not there."""
        pending = list(ids)
        while pending:
            id = pending.pop()
            if id not in reached:
                reached.add(id)
                pending += [link.target for link in self.nodes[id].links]


def graph_of(
    repository: Repository,
    locks: JoinedLocks,
    locks_of: Mapping[str, Sequence[str]],
    states: Mapping[str, str],
) -> Graph:
    """The graph of all packages. `locks_of` has the paths of the locks in which the external
    packages of a member are, and `states` what became of it, by the names of the members."""
    members = {member.name: member for member in repository.members}
    nodes = {
        name: Node(
            name,
            REPOSITORY,
            member.kind,
            member.version or "",
            member.sources,
            state=states.get(name, ""),
            links=_links(member, repository, locks, locks_of.get(name, ())),
        )
        for name, member in sorted(members.items())
    }
    # Of a package of others: as all releases read it that a package of the repository admits.
    given = {dialect for member in repository.members for dialect in member.dialects}
    dialects = tuple(d for d in BOTH_DIALECTS if d in given or not given)
    locked = {
        id: Node(
            node.package.source,
            LOCKED,
            node.package.kind,
            node.package.version,
            (node.package.source,),
            node.package.digest,
            links=tuple(_locked_links(node.package, node.locks[0], repository, locks, dialects)),
            locks=node.locks,
        )
        for id, node in locks.nodes.items()
    }
    # Several entries may name it; the kind of the first one is as good as any.
    unknown = {
        source: Node(source, EXTERNAL, dependency.kind, sources=(source,))
        for member in reversed(repository.members)
        for dependency in reversed(member.dependencies)
        for source in (without_user(dependency.package),)
    }
    named = {link.target for node in (*nodes.values(), *locked.values()) for link in node.links}
    others = {
        source: unknown.get(source) or Node(source, EXTERNAL, sources=(source,))
        for source in named.difference(nodes, locked)
    }
    return Graph({**nodes, **dict(sorted({**others, **locked}.items()))})


def _links(
    member: Member, repository: Repository, locks: JoinedLocks, paths: Sequence[str]
) -> tuple[Link, ...]:
    """By the entries, in their order; then what is explicit alone."""
    edges = {edge.dependency.number: edge for edge in repository.edges(member)}
    links: dict[str, Link] = {}
    for dependency in member.dependencies:
        edge = edges.get(dependency.number)
        if edge is not None:
            found = [_own_link(m, dependency.constraint, member.dialects) for m in edge.members]
        elif dependency.package in member.sources:
            found = [_own_link(member, dependency.constraint, member.dialects)]
        elif dependency.package in repository.publishers:
            continue  # Left out by an explicit dependency.
        else:
            found = list(_external_links(dependency, locks, paths, member.dialects))
        for link in found:
            links.setdefault(link.target, link)
    for name in member.includes:
        links.setdefault(name, Link(name, explicit=True))
    return tuple(links.values())


def _own_link(member: Member, constraint: str | None, dialects: _Dialects) -> Link:
    wanted = None if constraint is None else Range(constraint, dialects)
    return Link(member.name, constraint or "", satisfied=satisfies(member.version or None, wanted))


def _external_links(
    dependency: Dependency, locks: JoinedLocks, paths: Sequence[str], dialects: _Dialects
) -> Iterator[Link]:
    wanted = Range(dependency.constraint or "", dialects)
    source, constraint = dependency.package, dependency.constraint or ""
    found = dict.fromkeys(locks.ids[path, source] for path in paths if (path, source) in locks.ids)
    for id in found:
        yield Link(id, constraint, satisfied=_is_satisfied(wanted, locks.nodes[id].package))
    if not found:
        yield Link(without_user(source), constraint)


def _locked_links(
    package: LockedPackage,
    path: str,
    repository: Repository,
    locks: JoinedLocks,
    dialects: _Dialects,
) -> Iterator[Link]:
    """What a locked package depends on: packages of its lock, or those that are built here."""
    for dependency in package.dependencies:
        source, constraint = dependency.source, dependency.constraint
        publishers = repository.publishers.get(source, ())
        id = locks.ids.get((path, source))
        if publishers:
            yield from (_own_link(member, constraint, dialects) for member in publishers)
        elif id is not None:
            satisfied = _is_satisfied(Range(constraint, dialects), locks.nodes[id].package)
            yield Link(id, constraint, satisfied=satisfied)
        else:
            yield Link(without_user(source), constraint)


def _is_satisfied(wanted: Range, package: LockedPackage) -> bool | None:
    """Whether the locked package satisfies a constraint, None where nobody can read that."""
    return wanted.is_satisfied(package.version) if wanted.readable else None
