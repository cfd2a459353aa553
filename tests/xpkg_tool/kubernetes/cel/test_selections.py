"""The fields of `self` that an expression reads."""

from __future__ import annotations

import pytest

from xpkg_tool.kubernetes.cel.selections import selections


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self", []),
        ("self.a", [("a",)]),
        ("self.a.b == oldSelf.c", [("a", "b"), ("c",)]),
        ("self . a . b", [("a", "b")]),
        ("has(self.a) && self.b.size() > 0", [("a",), ("b",)]),
        ("self.?a.?b.orValue('')", [("a", "b")]),
        ("self.a[0].b", [("a",)]),
        ("self['a'].b", []),
        ("x.self.a", []),
        ("'self.a' + self.b // self.c", [("b",)]),
        ("self.a.`b-c`.d", [("a",)]),
        ("self.", []),
        ("self.a.", [("a",)]),
        # Variables that hide it.
        ("[1].all(self, self.a)", []),
        ("[1].transformList(i, self, self.a)", []),
        ("self.a.all(x, x.b)", [("a",)]),
        ("f(self.a, self.b)", [("a",), ("b",)]),
    ],
)
def test_selections(expression: str, expected: list[tuple[str, ...]]) -> None:
    # `self` and `oldSelf` are met one after the other.
    assert sorted(selections(expression)) == sorted(expected)
