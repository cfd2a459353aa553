"""Entries from which nothing can be locked are errors, each in its place."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.dependencies.lock.universe import Universe, meta, meta_text, root
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.malformed import malformed_entries

HEAD = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nmetadata:\n  name: x\n"
KEYED = (
    "spec:\n  dependsOn:\n  - apiVersion: pkg.crossplane.io/v1\n    kind: {}\n    package: r.io/t/a"
)


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        ("spec: 5", (5, 7), "`spec` is not a mapping"),
        ("spec:\n  dependsOn: x", (6, 14), "`spec.dependsOn` is not a list"),
        ("spec:\n  dependsOn:\n  - r.io/t/a", (7, 5), "is not a mapping"),
        ("spec:\n  dependsOn:\n  - function: 5", (7, 15), "`function` is not a string"),
        ("spec:\n  dependsOn:\n  - packge: r.io/t/a", (7, 5), "names no package"),
        (
            "spec:\n  dependsOn:\n  - kind: Function\n    package: r.io/t/a",
            (7, 5),
            "has no `apiVersion`",
        ),
        (
            KEYED.format("5"),
            (8, 11),
            "`kind` is not a string",
        ),
        (
            KEYED.format("Widget"),
            (8, 11),
            "Widget (pkg.crossplane.io/v1) is none of the packages that Crossplane installs",
        ),
    ],
)
def test_what_names_no_package(body: str, place: tuple[int, int], message: str) -> None:
    (found,) = malformed_entries(meta(f"{HEAD}{body}\n".encode()))
    assert found.code == "XP158"
    assert message in found.message
    assert found.position and (found.position.line, found.position.column) == place


@pytest.mark.parametrize("body", ["", "spec:", "spec: {dependsOn: null}", "spec: {dependsOn: []}"])
def test_no_dependencies_are_none(body: str) -> None:
    assert list(malformed_entries(meta(f"{HEAD}{body}\n".encode()))) == []


def test_what_is_right_is_said_nothing_about() -> None:
    assert list(malformed_entries(meta(meta_text("x", {"a": "*", "f-b": "banana"})))) == []


def test_they_are_shown_with_all_else() -> None:
    (malformed,) = malformed_entries(meta(f"{HEAD}spec:\n  dependsOn: [5]\n".encode()))
    with pytest.raises(LockError) as error:
        Universe({}).lock(root("x", {"gone": "*"}), malformed=(malformed,))
    assert [found.code for found in error.value.findings] == ["XP158", "publish-reference"]
