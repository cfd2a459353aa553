"""Several locks, one for each resolve, in one graph.

A package that they have at several versions is one node for each. So is one that leads to other
versions in one lock than in another: what a package depends on is what its own lock has.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Callable, Mapping

from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.model import is_digest


@dataclass(frozen=True)
class LockedNode:
    """A package at one version, and the paths of the locks that have it so."""

    package: LockedPackage
    locks: tuple[str, ...]


@dataclass(frozen=True)
class JoinedLocks:
    """The packages of locks, by their ids in a graph: references, which say more where two packages
    would have the same. `ids` is by the path of a lock and the source of a package in it."""

    nodes: Mapping[str, LockedNode]
    ids: Mapping[tuple[str, str], str]


# Of a source, by the path of a lock: something that is equal where the locks have the same package.
_Groups = dict[str, Any]


def joined(locks: Mapping[str, Lock]) -> JoinedLocks:
    """The packages of the locks, which are by their paths."""
    found: dict[str, dict[str, LockedPackage]] = {}
    for path, lock in locks.items():
        for package in lock.packages:
            found.setdefault(package.source, {})[path] = package
    nodes: dict[str, LockedNode] = {}
    ids: dict[tuple[str, str], str] = {}
    for source, groups in _groups(found).items():
        paths: dict[str, list[str]] = {}
        for path, first in groups.items():
            paths.setdefault(first, []).append(path)
        names = _names({first: found[source][first] for first in paths})
        for first, members in paths.items():
            nodes[names[first]] = LockedNode(found[source][first], tuple(members))
            ids.update(((path, source), names[first]) for path in members)
    return JoinedLocks(nodes, ids)


def _groups(found: Mapping[str, Mapping[str, LockedPackage]]) -> dict[str, _Groups]:
    """Each lock by the first one in which the package and all that it leads to are the same."""
    groups = {
        source: _grouped(by_path, lambda _, p: (p.version, p.digest, p.dependencies))
        for source, by_path in found.items()
    }
    dependents: dict[str, set[str]] = {}
    for source, by_path in found.items():
        for package in by_path.values():
            for dependency in package.dependencies:
                dependents.setdefault(dependency.source, set()).add(source)

    def key(path: str, package: LockedPackage) -> Any:
        below = tuple(groups.get(d.source, {}).get(path) for d in package.dependencies)
        return groups[package.source][path], below

    # A source is looked at again when one below it has fallen into more groups, of which it has at
    # most one for each lock.
    pending = deque(found)
    waiting = set(found)
    while pending:
        source = pending.popleft()
        waiting.discard(source)
        before, groups[source] = groups[source], _grouped(found[source], key)
        if len(set(groups[source].values())) > len(set(before.values())):
            new = dependents.get(source, set()) - waiting
            waiting |= new
            pending += sorted(new)
    return groups


def _grouped(
    by_path: Mapping[str, LockedPackage], key: Callable[[str, LockedPackage], Any]
) -> _Groups:
    first: dict[Any, str] = {}
    return {path: first.setdefault(key(path, package), path) for path, package in by_path.items()}


def _names(packages: Mapping[str, LockedPackage]) -> dict[str, str]:
    """A name for each package of one source, by lock: the shortest that tells them apart."""
    short = {path: _reference(package) for path, package in packages.items()}
    exact = {path: f"{p.source}:{p.version}@{p.digest}" for path, p in packages.items()}
    shorts, exacts = Counter(short.values()), Counter(exact.values())
    return {
        path: short[path]
        if shorts[short[path]] == 1
        else exact[path]
        if exacts[exact[path]] == 1
        else f"{short[path]} ({path})"
        for path in packages
    }


def _reference(package: LockedPackage) -> str:
    mark = "@" if is_digest(package.version) else ":"
    return f"{package.source}{mark}{package.version}"
