"""The command that draws the packages of a repository and what they depend on."""

from __future__ import annotations

from pathlib import Path

from xpkg_tool.dependencies.graph.formats import FORMATS
from xpkg_tool.dependencies.graph.locks import joined
from xpkg_tool.dependencies.graph.model import graph_of
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import read_lock
from xpkg_tool.messages.graph import GraphAnswer, GraphRequest
from xpkg_tool.sandbox.members import metas_of, repository_of


def draw_graph(request: GraphRequest) -> GraphAnswer:
    """The graph in the format that was asked for."""
    files = {p.meta: Path(p.meta).read_bytes() for p in request.packages if p.meta}
    repository = repository_of(request.packages, metas_of(request.packages, files))
    try:
        locks = {path: read_lock(Path(path).read_bytes(), path) for path in request.locks}
    except LockError as error:
        return GraphAnswer("", str(error))
    locks_of = {package: (path,) for package, path in request.lock_of.items()}
    graph = graph_of(repository, joined(locks), locks_of, request.states)
    if request.named:
        graph = graph.below(request.named)
    return GraphAnswer(FORMATS[request.format](graph))
