"""`xpkg graph [DIR …]`: which packages depend on which."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xpkg_tool.cli.failure import FAILED, OK, os_failure
from xpkg_tool.cli.folder import folders
from xpkg_tool.cli.metas import metas_in
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.cli.own_packages import own_sources
from xpkg_tool.dependencies.graph.formats import FORMATS
from xpkg_tool.dependencies.graph.locks import joined
from xpkg_tool.dependencies.graph.model import REPOSITORY, Node, graph_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import FILE_NAME, read_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.ranges import dialects_of
from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.dependencies.repository import Member, Repository
from xpkg_tool.files.regular import read_regular
from xpkg_tool.package.crossplane_versions import releases


def run(arguments: Namespace) -> int:
    metas = metas_in(folders(arguments))
    own = own_sources(arguments, metas)
    members = tuple(_member(folder, meta, own) for folder, meta in metas.items())
    try:
        locks = {path: _without(own, _lock(path)) for path in _lock_files(arguments)}
    except LockError as error:
        write_error(f"{error}\n")
        return FAILED
    locks_of = {member.name: _locks_of(member.name, locks) for member in members}
    graph = graph_of(Repository(members), joined(locks), locks_of, {})
    nodes = {id: _own_node(node, own) for id, node in graph.nodes.items()}
    graph = replace(graph, nodes=nodes)
    # What only the lock's other users depend on is no concern of these packages.
    graph = graph.below(member.name for member in members)
    write_output(FORMATS[arguments.format](graph))
    return OK


def _member(folder: str, meta: Meta, own: Mapping[str, Sequence[str]]) -> Member:
    return Member(
        name=folder,
        origin=folder,
        kind=meta.kind.kind,
        sources=tuple(source for source, found in own.items() if folder in found),
        version=None,
        dependencies=dependencies(meta.value),
        dialects=dialects_of(releases(meta.value)),
    )


def _locks_of(folder: str, locks: Mapping[str, Lock]) -> tuple[str, ...]:
    """The locks that say that the package in the folder asks for something; all where none does."""
    return tuple(p for p, lock in locks.items() if _asks(folder, p, lock)) or tuple(locks)


def _asks(folder: str, path: str, lock: Lock) -> bool:
    # Seen from the lock, as `xpkg lock` writes it, or from the repository's top, as Pants does.
    names = {_seen_from(start, folder) for start in (os.path.dirname(path) or ".", ".")}
    asking = {r.by for package in lock.packages for r in package.required_by}
    # Pants adds the name of the target where that is not the folder's.
    return any(by in names or by.rpartition(":")[0] in names for by in asking)


def _seen_from(start: str, folder: str) -> str:
    relative = os.path.relpath(folder, start).replace(os.sep, "/")
    return "//" if relative == "." else f"//{relative}"


def _without(own: Mapping[str, Sequence[str]], lock: Lock) -> Lock:
    """The lock without what this repository publishes itself, which has no version here."""
    return Lock(tuple(package for package in lock.packages if package.source not in own))


def _own_node(node: Node, own: Mapping[str, Sequence[str]]) -> Node:
    """The node, as that of a package of the repository where `--own` says that it is one: what it
    depends on is not known where its folder is not given."""
    if node.name not in own:
        return node
    return Node(node.name, REPOSITORY, node.kind, sources=node.sources)


def _lock_files(arguments: Namespace) -> list[str]:
    """Those that are named, or the one in the current folder, if there is one."""
    if arguments.locks is not None:
        named: list[str] = arguments.locks
        return named
    return [FILE_NAME] if os.path.exists(FILE_NAME) else []


def _lock(path: str) -> Lock:
    """Raises Failure, and LockError."""
    try:
        return read_lock(read_regular(path), path)
    except OSError as error:
        raise os_failure("The lock cannot be read", path, error) from None
