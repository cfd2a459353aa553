"""`xpkg graph [DIR …]`: which packages depend on which."""

from __future__ import annotations

import os
from argparse import Namespace

from xpkg_tool.cli.failure import FAILED, OK, os_failure
from xpkg_tool.cli.folder import folders, split_commas
from xpkg_tool.cli.metas import meta_in
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.graph.formats import FORMATS
from xpkg_tool.dependencies.graph.locks import joined
from xpkg_tool.dependencies.graph.model import graph_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import FILE_NAME, read_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.dependencies.repository import Member, Repository


def run(arguments: Namespace) -> int:
    prefixes = [prefix.rstrip("/") for prefix in split_commas(arguments.known_as)]
    members = tuple(_member(folder, prefixes) for folder in folders(arguments))
    try:
        locks = [_lock(path) for path in _lock_files(arguments)]
    except LockError as error:
        write_error(f"{error}\n")
        return FAILED
    graph = graph_of(Repository(members), joined(locks), {})
    # What only the lock's other users depend on is no concern of these packages.
    graph = graph.below(member.name for member in members)
    write_output(FORMATS[arguments.format](graph))
    return OK


def _member(folder: str, prefixes: list[str]) -> Member:
    meta = meta_in(folder)
    return Member(
        name=folder,
        origin=folder,
        kind=meta.kind.kind,
        sources=tuple(f"{prefix}/{meta.name}" for prefix in prefixes),
        version=None,
        dependencies=dependencies(meta.value),
    )


def _lock_files(arguments: Namespace) -> list[str]:
    """Those that are named, or the one in the current folder, if there is one."""
    if arguments.locks is not None:
        named: list[str] = arguments.locks
        return named
    return [FILE_NAME] if os.path.exists(FILE_NAME) else []


def _lock(path: str) -> Lock:
    """Raises Failure, and LockError."""
    try:
        with open(path, "rb") as file:
            return read_lock(file.read(), path)
    except OSError as error:
        raise os_failure("The lock cannot be read", path, error) from None
