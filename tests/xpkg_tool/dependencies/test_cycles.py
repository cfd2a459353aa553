"""Cycles of a graph."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.dependencies.cycles import cycles


def test_graphs_without_one() -> None:
    assert cycles({}) == ()
    assert cycles({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == ()


def test_the_shortest_way_around() -> None:
    assert cycles({"a": ["b"], "b": ["c", "a"], "c": ["a"]}) == (("a", "b"),)
    assert cycles({"z": ["a"], "a": ["m"], "m": ["z"]}) == (("a", "m", "z"),)


def test_each_group_has_one() -> None:
    graph = {"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"], "e": ["e", "a"]}
    assert cycles(graph) == (("a", "b"), ("c", "d"), ("e",))


def test_a_long_one_needs_no_recursion() -> None:
    size = 20_000
    graph = {f"{n:05}": [f"{(n + 1) % size:05}"] for n in range(size)}
    assert cycles(graph) == (tuple(graph),)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), max_size=3), min_size=7, max_size=7))
def test_what_is_found_is_a_cycle(edges: list[list[int]]) -> None:
    """And one is found where there is one."""
    graph = {str(node): [str(target) for target in targets] for node, targets in enumerate(edges)}
    found = cycles(graph)
    for cycle in found:
        assert len(set(cycle)) == len(cycle)
        for node, target in zip(cycle, (*cycle[1:], cycle[0])):
            assert target in graph[node]
    # Without those that lead nowhere, again and again, what is left is on the way to a cycle.
    left = dict(graph)
    while ends := [n for n, targets in left.items() if not any(t in left for t in targets)]:
        for node in ends:
            del left[node]
    assert bool(left) == bool(found)
