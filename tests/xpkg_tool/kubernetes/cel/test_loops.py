"""Loops inside loops."""

from __future__ import annotations

import pytest

from xpkg_tool.kubernetes.cel.loops import loops, nested_loops


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self.a.all(x, x == 1)", []),
        ("self.a.all(x, x == 1) && self.b.all(x, x == 1)", []),
        ("self.a.all(x, self.b.c.exists(y, y == x))", [(("a",), ("b", "c"))]),
        ("self.a.all(x, x.n.exists(y, y == 1))", [(("a",), ("a", "[]", "n"))]),
        ("self.all(x, self.exists_one(y, y == x))", [((), ())]),
        ("oldSelf.a.all(x, self.b.exists(y, y == x))", [(("a",), ("b",))]),
        (
            "self.a.all(x, self.b.all(y, self.c.all(z, true)))",
            [(("a",), ("b",)), (("a",), ("c",)), (("b",), ("c",))],
        ),
        ("self.a.filter(x, true).all(y, self.b.all(z, true))", []),
        ("size(self.a.map(x, [x])) > 0 && self.b.all(y, true)", []),
        ("[1, 2].all(x, self.b.all(y, true))", []),
        ("'self.a.all(x, self.b.all(y, true))' == ''", []),
        ("self.all.exists(x, self.map.all(y, true))", [(("all",), ("map",))]),
    ],
)
def test_nested_loops(expression: str, expected: list[tuple[tuple[str, ...], ...]]) -> None:
    found = list(nested_loops(expression))
    assert [(loop.outer, loop.inner) for loop in found] == expected
    assert not any(loop.search for loop in found)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self.a.all(x, x in self.b)", [(("a",), ("b",))]),
        ("self.a.all(x, self.c in x.n)", [(("a",), ("a", "[]", "n"))]),
        ("1 in self.b", []),
        ("self.a.all(x, x in self.b.split(','))", []),
        ("self.a.all(x, x in self.b[0])", []),
        ("self.a.all(x, x in ['a']) && 1 in self.b", []),
    ],
)
def test_a_search_is_a_loop(expression: str, expected: list[tuple[tuple[str, ...], ...]]) -> None:
    found = list(nested_loops(expression))
    assert [(loop.outer, loop.inner) for loop in found] == expected
    assert all(loop.search for loop in found)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("self.a.all(x, x == 1)", [(("a",), 0)]),
        ("self.a.all(x, self.b.exists(y, true))", [(("a",), 0), (("b",), 1)]),
        ("1 in self.b", [(("b",), 0)]),
        ("self.a == 1", []),
        ("'self.a.all(x, true)' in ['']", []),
    ],
)
def test_loops(expression: str, expected: list[tuple[tuple[str, ...], int]]) -> None:
    assert [(loop.inner, len(loop.around)) for loop in loops(expression)] == expected
