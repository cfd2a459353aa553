"""The packages of a repository, and which of them the `spec.dependsOn` of each means.

A package is known by the sources that it is published under. Several may publish one source: two
release lines, or variants of one target. Then what is written by hand decides, then the versions:
the package manager installs the highest that satisfies the constraint.
"""

from __future__ import annotations

from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence

from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, Range
from xpkg_tool.dependencies.model import Dependency
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.package.semver import Dialect, Version, VersionError, parse_version


class Member(NamedTuple):
    """A package of the repository.

    `name` is the address of its target, `origin` where that is defined (`folder/BUILD:1`), equal
    for variants of one target. `kind` is that of the meta object, empty where it has none that can
    be read; its constraints are read in all of the `dialects`. `includes` and `excludes` are the
    names of members that it depends on, or not, whatever the meta object says: by hand.
    """

    name: str
    origin: str
    kind: str
    sources: tuple[str, ...]
    version: str | None
    dependencies: tuple[Dependency, ...] = ()
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    dialects: tuple[Dialect, ...] = BOTH_DIALECTS


class Edge(NamedTuple):
    """An entry of `spec.dependsOn` that names a source of the repository.

    `members` are the packages that it means: one; or several where nothing says which (`ambiguous`)
    or where the version of none of them satisfies the constraint (`unsatisfied`)."""

    dependency: Dependency
    members: tuple[Member, ...]
    ambiguous: bool = False
    unsatisfied: bool = False


class Repository:
    """All packages of a repository, in the order of their names. `publishers` has those that
    publish each source."""

    def __init__(self, members: tuple[Member, ...]) -> None:
        publishers: dict[str, list[Member]] = {}
        for member in members:
            for source in member.sources:
                publishers.setdefault(source, []).append(member)
        self.members = members
        self.publishers = {source: tuple(found) for source, found in publishers.items()}
        self._by_name = {member.name: member for member in members}

    def edges(self, member: Member) -> tuple[Edge, ...]:
        """What the entries of a member mean, in their order: those that name a source of the
        repository but its own, as far as it is not left out by hand."""
        edges = []
        for dependency in member.dependencies:
            publishers = self.publishers.get(dependency.package, ())
            if dependency.package in member.sources:
                continue
            left = [p for p in publishers if p.name not in member.excludes]
            if left:
                edges.append(_edge(member, dependency, left))
        return tuple(edges)

    def graph(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the members that each depends on, by entries and by hand. One that depends
        on its own source depends on itself."""
        return {member.name: tuple(self._targets(member)) for member in self.members}

    def _targets(self, member: Member) -> Iterator[str]:
        entries = {m.name: None for edge in self.edges(member) for m in edge.members}
        yield from {**entries, **dict.fromkeys(member.includes)}
        if any(dependency.package in member.sources for dependency in member.dependencies):
            yield member.name

    def entry(self, name: str, target: str) -> PathOf | None:
        """Where the meta object of the member `name` says that it depends on the member `target`;
        None where only its target says so."""
        member = self._by_name[name]
        for dependency in member.dependencies:
            if name == target and dependency.package in member.sources:
                return (*dependency.path, dependency.field)
        for edge in self.edges(member):
            if any(m.name == target for m in edge.members):
                return (*edge.dependency.path, edge.dependency.field)
        return None


def _edge(member: Member, dependency: Dependency, found: Sequence[Member]) -> Edge:
    by_hand = tuple(other for other in found if other.name in member.includes)
    candidates = by_hand or tuple(found)
    wanted = None
    if dependency.constraint is not None:
        wanted = Range(dependency.constraint, member.dialects)
    fitting = tuple(m for m in candidates if satisfies(m.version, wanted) is not False)
    if not fitting:
        return Edge(dependency, candidates, unsatisfied=True)
    if by_hand:
        return Edge(dependency, by_hand)
    highest = _highest(fitting)
    return Edge(dependency, highest, ambiguous=len(highest) > 1)


def _highest(members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members with the highest version; all where a version is not known."""
    versions = [version_of(member.version) for member in members]
    known = [version for version in versions if version is not None]
    if len(known) < len(members):
        return members
    return tuple(m for m, version in zip(members, versions) if version == max(known))


def version_of(text: str | None) -> Version | None:
    """The version as the package manager reads it; None where it does not, or there is none."""
    try:
        return None if text is None else parse_version(text)
    except VersionError:
        return None


def satisfies(version: str | None, wanted: Range | None) -> bool | None:
    """Whether a version satisfies a constraint; None where that cannot be said: it is a digest,
    or one of them is missing or cannot be read."""
    known = version_of(version)
    if known is None or wanted is None or wanted.is_digest or not wanted.readable:
        return None
    return wanted.admits(known)


def same_release(members: Iterable[Member]) -> tuple[tuple[Member, ...], ...]:
    """The members that publish one source and that nothing tells apart: targets of their own with
    the same version, or with none. Variants of one target are told apart by its author."""
    groups: dict[object, dict[str, Member]] = {}
    for member in members:
        version = version_of(member.version)
        key = member.version if version is None else version
        groups.setdefault(key, {}).setdefault(member.origin, member)
    return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)
