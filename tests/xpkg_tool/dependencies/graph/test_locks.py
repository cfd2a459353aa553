"""Several locks in one graph."""

from __future__ import annotations

from tests.xpkg_tool.dependencies.graph.test_model import locked
from xpkg_tool.dependencies.graph.locks import joined
from xpkg_tool.dependencies.lock.model import Lock

X, Y, Z = "other.org/x", "other.org/y", "other.org/z"


def test_the_same_package_is_one_node() -> None:
    lock = Lock((locked(X, Y), locked(Y, X)))
    found = joined({"a": lock, "b": lock})
    assert {id: node.locks for id, node in found.nodes.items()} == {
        f"{X}:v1.2.0": ("a", "b"),
        f"{Y}:v1.2.0": ("a", "b"),
    }


def test_one_node_for_each_version() -> None:
    versions = {"a": "v1.2.0", "b": "v2.0.0", "c": "v1.2.0", "d": f"sha256:{'0' * 64}"}
    found = joined({path: Lock((locked(X, version=v),)) for path, v in versions.items()})
    assert {id: node.locks for id, node in found.nodes.items()} == {
        f"{X}:v1.2.0": ("a", "c"),
        f"{X}:v2.0.0": ("b",),
        f"{X}@{versions['d']}": ("d",),
    }
    assert found.ids["c", X] == f"{X}:v1.2.0"


def test_what_leads_to_another_version_is_another_node() -> None:
    """Also by way of another package, and in a circle."""
    locks = {
        path: Lock((locked(X, Y), locked(Y, Z, X), locked(Z, version=version)))
        for path, version in (("a", "v1.0.0"), ("b", "v2.0.0"), ("c", "v2.0.0"))
    }
    found = joined(locks)
    assert found.ids["a", X] != found.ids["b", X] == found.ids["c", X]
    assert list(found.nodes) == [
        *(f"{X}:v1.2.0 (a)", f"{X}:v1.2.0 (b)", f"{Y}:v1.2.0 (a)", f"{Y}:v1.2.0 (b)"),
        *(f"{Z}:v1.0.0", f"{Z}:v2.0.0"),
    ]


def test_a_tag_that_moved_between_two_locks() -> None:
    one = locked(X)
    other = type(one)(X, one.version, "sha256:1", "Provider", "name")
    found = joined({"a": Lock((one,)), "b": Lock((other,))})
    assert list(found.nodes) == [f"{X}:v1.2.0@sha256:{X}", f"{X}:v1.2.0@sha256:1"]
