"""Finds circles in a graph."""

from __future__ import annotations

from collections import deque
from typing import Iterator, Mapping, Sequence


def find_cycles(edges: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """A shortest circle in each part of the graph whose nodes all reach each other, from its first
    node by name on; the last node leads back to the first. Takes time in the size of the graph."""
    for part in _parts(edges):
        members = frozenset(part)
        start = min(part)
        if len(part) > 1 or start in edges.get(start, ()):
            yield _shortest(start, edges, members)


def _shortest(
    start: str, edges: Mapping[str, Sequence[str]], members: frozenset[str]
) -> tuple[str, ...]:
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for below in sorted(members.intersection(edges.get(node, ()))):
            if below == start:
                path = [node]
                while path[-1] != start:
                    path.append(came_from[path[-1]])
                return tuple(reversed(path))
            if below not in came_from:
                came_from[below] = node
                waiting.append(below)
    raise AssertionError("All nodes of a part reach each other.")


def _parts(edges: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """The strongly connected components (Tarjan's algorithm, without recursion: a chain of
    dependencies may be long)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for root in edges:
        if root in order:
            continue
        work = [(root, iter(edges.get(root, ())))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, below = work[-1]
            for following in below:
                if following not in order:
                    order[following] = low[following] = len(order)
                    stack.append(following)
                    on_stack.add(following)
                    work.append((following, iter(edges.get(following, ()))))
                    break
                if following in on_stack:
                    low[node] = min(low[node], order[following])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    part: list[str] = []
                    while not part or part[-1] != node:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    yield part
