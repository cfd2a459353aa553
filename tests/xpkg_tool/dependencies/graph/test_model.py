"""The graph of a repository's packages and of those that they depend on."""

from __future__ import annotations

from typing import Any

from xpkg_tool.dependencies.graph.model import (
    EXTERNAL,
    LOCKED,
    REPOSITORY,
    Graph,
    Link,
    Node,
    graph_of,
)
from xpkg_tool.dependencies.lock.model import Lock, LockedDependency, LockedPackage
from xpkg_tool.dependencies.model import Dependency
from xpkg_tool.dependencies.repository import Member, Repository


def member(name: str, *packages: str, **fields: Any) -> Member:
    """A Function that is published as example.org/<name>, and depends on these packages."""
    dependencies = tuple(
        Dependency(place, "function", "pkg.crossplane.io/v1", "Function", package, "^v1")
        for place, package in enumerate(packages)
    )
    source = f"example.org/{name}"
    return Member(name, "", "Function", (source,), "v1.0.0", dependencies, **fields)


def locked(source: str, *dependencies: str) -> LockedPackage:
    return LockedPackage(
        source,
        "v1.2.0",
        f"sha256:{source}",
        "Provider",
        "name",
        dependencies=tuple(
            LockedDependency(dependency, "pkg.crossplane.io/v1", "Provider", ">=v1")
            for dependency in dependencies
        ),
    )


def test_what_depends_on_what() -> None:
    members = (
        member("b", "example.org/a", "other.org/x", "other.org/y", includes=("c",)),
        member("a"),
        member("c", "example.org/a", "example.org/c", excludes=("a",)),
    )
    lock = Lock((locked("other.org/x", "other.org/z", "example.org/a"), locked("other.org/z")))
    graph = graph_of(Repository(members), lock, {"a": "published"})
    assert list(graph.nodes) == ["a", "b", "c", "other.org/x", "other.org/y", "other.org/z"]
    assert [node.origin for node in graph.nodes.values()] == [
        *(REPOSITORY,) * 3,
        *(LOCKED, EXTERNAL, LOCKED),
    ]
    assert graph.nodes["a"].state == "published" and graph.nodes["a"].version == "v1.0.0"
    assert graph.nodes["b"].links == (
        Link("a", "^v1"),
        Link("other.org/x", "^v1"),
        Link("other.org/y", "^v1"),
        Link("c", by_hand=True),
    )
    assert graph.nodes["c"].links == (Link("c", "^v1"),)
    assert graph.nodes["other.org/x"].links == (Link("other.org/z", ">=v1"), Link("a", ">=v1"))
    assert graph.nodes["other.org/x"].digest == "sha256:other.org/x"
    assert graph.nodes["other.org/y"].kind == "Function"


def test_a_locked_package_may_depend_on_one_that_is_not_locked() -> None:
    graph = graph_of(Repository(()), Lock((locked("other.org/x", "other.org/gone"),)), {})
    assert graph.nodes["other.org/gone"] == Node(
        "other.org/gone", EXTERNAL, sources=("other.org/gone",)
    )


def made(**links: tuple[str, ...]) -> Graph:
    nodes = {n: Node(n, REPOSITORY, links=tuple(map(Link, t))) for n, t in links.items()}
    return Graph(nodes)


def test_roots_reach_all_packages() -> None:
    assert made(a=("b",), b=(), c=()).roots() == ("a", "c")
    assert made(a=("b",), b=("a",), c=("d",), d=()).roots() == ("c", "a")
    assert made(a=("a",)).roots() == ("a",)


def test_what_is_below_some_packages() -> None:
    graph = made(a=("b",), b=("c",), c=("b",), d=("a",))
    assert list(graph.below(["b", "unknown"]).nodes) == ["b", "c"]
    assert list(graph.below(["d"]).nodes) == ["a", "b", "c", "d"]
