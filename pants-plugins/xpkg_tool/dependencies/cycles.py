"""Cycles of a graph."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def cycles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """One cycle for each group of nodes that all lead to each other: the shortest through the first
    of them by name, which it begins with and which is not repeated at the end. It takes time in
    proportion to nodes and edges."""
    found = []
    for component in _components(graph):
        if len(component) > 1:
            found.append(_shortest(graph, min(component), component))
    found += [(node,) for node, targets in graph.items() if node in targets]
    return tuple(sorted(found))


def _shortest(graph: Graph, start: str, within: frozenset[str]) -> tuple[str, ...]:
    """The shortest way from a node back to it, by breadth-first search."""
    before: dict[str, str] = {}
    level = [start]
    while True:
        following = []
        for node in level:
            for target in graph[node]:
                if target == start and node != start:
                    way = [node]
                    while way[-1] != start:
                        way.append(before[way[-1]])
                    return tuple(reversed(way))
                if target in within and target != start and target not in before:
                    before[target] = node
                    following.append(target)
        level = following


def _components(graph: Graph) -> Iterator[frozenset[str]]:
    """The strongly connected components (Tarjan), without recursion: a chain may be long."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in graph:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(graph[root]))]
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    place = _place(stack, node)
                    component = frozenset(stack[place:])
                    del stack[place:]
                    on_stack -= component
                    yield component
            elif target not in index:
                index[target] = low[target] = len(index)
                stack.append(target)
                on_stack.add(target)
                work.append((target, iter(graph[target])))
            elif target in on_stack:
                low[node] = min(low[node], index[target])


def _place(stack: Sequence[str], node: str) -> int:
    """Where the node stands, searched from the end, where it is."""
    return next(n for n in range(len(stack) - 1, -1, -1) if stack[n] == node)
