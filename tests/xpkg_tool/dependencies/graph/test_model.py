"""The graph of a repository's packages and of those that they depend on."""

from __future__ import annotations

from typing import Any

from xpkg_tool.dependencies.graph.locks import joined
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


def locked(
    source: str, *dependencies: str, version: str = "v1.2.0", constraint: str = ">=v1"
) -> LockedPackage:
    return LockedPackage(
        source,
        version,
        f"sha256:{source}",
        "Provider",
        "name",
        dependencies=tuple(
            LockedDependency(dependency, "pkg.crossplane.io/v1", "Provider", constraint)
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
    graph = graph_of(Repository(members), joined({"l": lock}), {"b": ("l",)}, {"a": "published"})
    x, z = "other.org/x:v1.2.0", "other.org/z:v1.2.0"
    assert list(graph.nodes) == ["a", "b", "c", x, "other.org/y", z]
    assert [node.origin for node in graph.nodes.values()] == [
        *(REPOSITORY,) * 3,
        *(LOCKED, EXTERNAL, LOCKED),
    ]
    assert graph.nodes["a"].state == "published" and graph.nodes["a"].version == "v1.0.0"
    assert graph.nodes["b"].links == (
        Link("a", "^v1", satisfied=True),
        Link(x, "^v1", satisfied=True),
        Link("other.org/y", "^v1"),
        Link("c", explicit=True),
    )
    assert graph.nodes["c"].links == (Link("c", "^v1", satisfied=True),)
    assert graph.nodes[x].links == (
        Link(z, ">=v1", satisfied=True),
        Link("a", ">=v1", satisfied=True),
    )
    assert graph.nodes[x].digest == "sha256:other.org/x" and graph.nodes[x].locks == ("l",)
    assert graph.nodes["other.org/y"].kind == "Function"


def test_each_package_has_what_its_own_lock_has() -> None:
    members = (member("a", "other.org/x"), member("b", "other.org/x"), member("c", "other.org/x"))
    locks = {
        "one": Lock((locked("other.org/x"),)),
        "two": Lock((locked("other.org/x", version="v2.0.0"),)),
    }
    locks_of = {"a": ("one",), "b": ("two",), "c": ("none",)}
    graph = graph_of(Repository(members), joined(locks), locks_of, {})
    assert graph.nodes["a"].links == (Link("other.org/x:v1.2.0", "^v1", satisfied=True),)
    assert graph.nodes["b"].links == (Link("other.org/x:v2.0.0", "^v1", satisfied=False),)
    assert graph.nodes["c"].links == (Link("other.org/x", "^v1"),)
    both = graph_of(Repository(members), joined(locks), {"a": ("one", "two")}, {})
    assert [link.satisfied for link in both.nodes["a"].links] == [True, False]


def test_what_does_not_satisfy_a_constraint() -> None:
    digest = f"sha256:{'0' * 64}"
    b = Member("b", "", "Function", ("example.org/b",), "v2.0.0")
    lock = Lock(
        (
            locked("other.org/range", "example.org/b", constraint="<v2.0.0"),
            locked("other.org/pinned", "other.org/range", constraint=digest),
            locked("other.org/wide", "other.org/digest", version=digest),
            locked("other.org/digest", "other.org/wide", version=digest, constraint=digest),
        )
    )
    graph = graph_of(Repository((member("a", "example.org/b"), b)), joined({"l": lock}), {}, {})
    assert {node.name: node.links[0].satisfied for node in graph.nodes.values() if node.links} == {
        "a": False,
        "other.org/range": False,
        "other.org/pinned": False,
        "other.org/wide": False,
        "other.org/digest": True,
    }


def test_a_locked_package_may_depend_on_one_that_is_not_locked() -> None:
    lock = Lock((locked("other.org/x", "other.org/gone"),))
    graph = graph_of(Repository(()), joined({"l": lock}), {}, {})
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


def test_a_circle_begins_at_what_was_asked_for() -> None:
    circle = made(a=("c",), b=("a",), c=("b",), d=("a",))
    assert circle.below(["c"]).roots() == ("c",)
    assert circle.below(["b", "c"]).roots() == ("b",)
    # What is reached from elsewhere is no beginning.
    assert circle.below(["c", "d"]).roots() == ("d",)


def test_what_is_below_some_packages() -> None:
    graph = made(a=("b",), b=("c",), c=("b",), d=("a",))
    assert list(graph.below(["b", "unknown"]).nodes) == ["b", "c"]
    assert list(graph.below(["d"]).nodes) == ["a", "b", "c", "d"]
