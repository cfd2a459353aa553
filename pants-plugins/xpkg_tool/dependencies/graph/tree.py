"""The graph as a tree for a terminal."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.dependencies.graph.model import REPOSITORY, UNSATISFIED, Graph, Link, Node
from xpkg_tool.diagnostics.finding import visible

_REPEATED = "(*)"
_CYCLE = "(cycle)"
_LEGEND = {
    UNSATISFIED: "(not satisfied) the version of the package does not satisfy the constraint",
    _REPEATED: "(*) what it depends on is shown above",
    _CYCLE: "(cycle) it depends on itself, by way of the packages above",
}


def write_tree(graph: Graph) -> str:
    """A line for each package and for each dependency, below the package that has it. What a
    package depends on is shown once; marks say where it is not repeated."""
    found = list(_lines(graph))
    marks = {mark for _, marks in found for mark in marks}
    notes = [text for mark, text in _LEGEND.items() if mark in marks]
    lines = [" ".join((visible(line), *marks)) for line, marks in found]
    return "".join(f"{line}\n" for line in (*lines, *([""] if notes else []), *notes))


def _lines(graph: Graph) -> Iterator[tuple[str, list[str]]]:
    """Each line, and the marks behind it."""
    shown: set[str] = set()
    for root in graph.roots():
        # Chains may be longer than Python's recursion is deep: what waits is on a list, each with
        # what stands before it. `None` takes a package off the path to it.
        path: dict[str, None] = {}
        pending: list[tuple[Link, str, str] | None] = [(Link(root), "", "")]
        while pending:
            step = pending.pop()
            if step is None:
                path.popitem()
                continue
            link, before, indent = step
            id, node = link.target, graph.nodes[link.target]
            marks = [UNSATISFIED] if link.satisfied is False else []
            line = f"{before}{_shown(node)}{_wanted(link)}"
            if id in path:
                yield line, [*marks, _CYCLE]
                continue
            if id in shown and node.links:
                yield line, [*marks, _REPEATED]
                continue
            yield line, marks
            shown.add(id)
            path[id] = None
            pending.append(None)
            last = len(node.links) - 1
            for place in range(last, -1, -1):
                branch, below = ("└── ", "    ") if place == last else ("├── ", "│   ")
                pending.append((node.links[place], f"{indent}{branch}", f"{indent}{below}"))


def _shown(node: Node) -> str:
    origin = "" if node.origin == REPOSITORY else node.origin
    return " ".join(filter(None, (node.name, node.kind, node.version, origin, node.state)))


def _wanted(link: Link) -> str:
    if link.explicit:
        return " [explicit]"
    return f" [{link.constraint}]" if link.constraint else ""
