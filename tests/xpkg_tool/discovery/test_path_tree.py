"""Which paths are below a folder, and which of them are below no other."""

from __future__ import annotations

import pytest

from xpkg_tool.discovery.path_tree import PathTree

# `a-b` and `a.b` sort before `a/`, and `a0` right behind all that is below `a`.
TREE = PathTree(dict.fromkeys(("a", "a-b/c", "a.b", "a/b", "a/b/c", "a/d/e", "a0", "f/g"), None))


@pytest.mark.parametrize(
    ("folder", "inner", "expected"),
    [
        ("a", [], ["a/b", "a/b/c", "a/d/e"]),
        ("a", ["a/b"], ["a/b", "a/d/e"]),
        ("a", ["a/b", "a/d"], ["a/b"]),
        ("a", ["a/none"], ["a/b", "a/b/c", "a/d/e"]),
        ("", ["a"], ["a", "a-b/c", "a.b", "a0", "f/g"]),
        ("a0", [], []),
        ("none", [], []),
    ],
)
def test_what_is_below_a_folder_and_not_below_inner_ones(
    folder: str, inner: list[str], expected: list[str]
) -> None:
    assert list(TREE.outside(folder, inner)) == expected


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("", ["a", "a-b/c", "a.b", "a0", "f/g"]),
        ("a", ["a/b", "a/d/e"]),
        ("a/b", ["a/b/c"]),
        ("f/g", []),
    ],
)
def test_the_outermost(folder: str, expected: list[str]) -> None:
    assert TREE.outermost(folder) == expected


def test_whether_anything_is_below() -> None:
    assert [f for f in ("", "a", "a/b", "a/d", "a0", "f/g", "f") if TREE.has_below(f)] == [
        *("", "a", "a/b", "a/d", "f")
    ]
    assert not PathTree[None]({}).has_below("")
