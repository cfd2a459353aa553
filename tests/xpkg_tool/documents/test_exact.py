"""Documents as values, and what Kubernetes cannot read in them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.xpkg_tool.documents.reading import document, findings, places
from xpkg_tool.documents.exact import MAX_FINDINGS
from xpkg_tool.documents.loader import load


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# c\n", None),
        ("a: 1\nb: [x, y, 'y', \"1\"]\n", {"a": 1, "b": ["x", True, "y", "1"]}),
        (
            "{1: a, true: b, 1.5: c, 0x10: d, 'x': e}\n",
            dict(zip(("1", "true", "1.5", "16", "x"), "abcde")),
        ),
        ("a: |\n  y\nb: >-\n  1\n", {"a": "y\n", "b": "1"}),
        ("a:\nb: ''\n", {"a": None, "b": ""}),
        ("a: ! 12\n", {"a": "12"}),
        ("a: !foo bar\n", {"a": "bar"}),
        ("a: !!python/object:os.system x\n", {"a": "x"}),
        ("a: !!python/object/apply:os.system [x]\n", {"a": ["x"]}),
        ("a: !!set {b}\n", {"a": {"b": None}}),
        ("a: !!omap [b: 1]\n", {"a": [{"b": 1}]}),
        ("? a\n: 1\n", {"a": 1}),
        ("a:\tb\n", {"a": "b"}),
        ("a: b?c\nd: ['?', \"?\", {?e: 1}]\n", {"a": "b?c", "d": ["?", "?", {"e": 1}]}),
        ("a: 'b\\/'\nc: d\\/\n", {"a": "b\\/", "c": "d\\/"}),
        ("v: <<\nw: '<<'\n'<<': 1\n", {"v": "<<", "w": "<<", "<<": 1}),
        ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("&x k: v\n*x : w2\n".replace("*x", "b"), {"k": "v", "b": "w2"}),
        ("a: &x 0x10\n*x : b\n", {"a": 16, "16": "b"}),
        ("a: &x 1e6\n*x : b\n", {"a": 1000000, "1e+06": "b"}),
        ("a: &x {b: 1, d: 2}\nc: {<<: *x, b: 3}\n", {"a": {"b": 1, "d": 2}, "c": {"b": 3, "d": 2}}),
        ("a: &x {b: 1}\nc: {b: 3, <<: *x}\n", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1}\nc: {<<: [*x, {b: 7, e: 1}]}\n", {"a": {"b": 1}, "c": {"b": 1, "e": 1}}),
        ("c: {<<: {b: 1}, <<: {b: 2}}\n", {"c": {"b": 2}}),
        ("c: {<<: {<<: {b: 1}, e: 2}, f: 3}\n", {"c": {"b": 1, "e": 2, "f": 3}}),
        ("a: 'x\u2028y'\n", {"a": "x\u2028y"}),
        ('a: "\\x41\\u00e9\\U0001F600\\0"\n', {"a": "Aé\U0001f600\0"}),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert load(document(text)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", [("XP005", 3, 1)]),
        (
            "x: {a: 1, 'a': 2}\ny: {b: 1, b: 2, b: 3}\n",
            [("XP005", 1, 11), ("XP005", 2, 11), ("XP005", 2, 17)],
        ),
        ("{0777: a, 511: b}\n", [("XP005", 1, 11)]),
        ("{y: a, true: b}\n", [("XP005", 1, 8)]),
        ("a: &x {b: 1}\nc: {<<: *x, d: 1, d: 2}\n", [("XP005", 2, 19)]),
        ("a: &x b\n*x : 1\nb: 2\n", [("XP005", 3, 1)]),
        ("null: 1\n~: 2\n", [("XP006", 1, 1), ("XP006", 2, 1)]),
        ("[a]: 1\n", [("XP006", 1, 1)]),
        ("? {a: 1}\n: 1\n", [("XP006", 1, 3)]),
        ("a: .inf\nb: [.nan]\n", [("XP006", 1, 4), ("XP006", 2, 5)]),
        ("18446744073709551615: 1\n", [("XP006", 1, 1)]),
        ("a: !!int x\n", [("XP006", 1, 4)]),
        ("<<: 1\n", [("XP006", 1, 5)]),
        ("a: &x [{}]\n<<: *x\n", [("XP006", 2, 5)]),
        ("a: *x\n", [("XP002", 1, 4)]),
        ("a: &x [*x]\n", [("XP007", 1, 8)]),
        ("a: &x {<<: *x}\n", [("XP007", 1, 12)]),
        ('a: "\\/"\n', [("XP002", 1, 5)]),
        ("a: [b, c?d]\n", [("XP002", 1, 9)]),
        ("a: {b?: 'c?'}\n", [("XP002", 1, 6)]),
        ("a\u2028--- b\n", [("XP004", 1, 3)]),
        ("a: b\u2028...\nc: 1\n", [("XP002", 2, 1)]),
        ("é: .nan # \U0001f600\n\U0001f600: .nan\n", [("XP006", 1, 4), ("XP006", 2, 4)]),
        ("a: '\u2028'\nb: .nan\n", [("XP006", 2, 4)]),
    ],
)
def test_what_kubernetes_cannot_read(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert places(findings(text)) == expected


def test_a_repeated_key_names_both_places() -> None:
    (found,) = findings("a:\n  name: x\n  b: 1\n  name: y\n", line=11)
    assert "`name`" in found.message
    assert "line 12, column 3" in found.message
    assert found.position
    assert (found.position.source, found.position.width) == ("  name: y", 4)


def test_findings_are_many_but_not_without_end() -> None:
    started = time.process_time()
    assert len(findings("- .nan\n" * 20_000)) == MAX_FINDINGS
    assert len(findings("a: 1\n" * 20_000)) == MAX_FINDINGS
    assert time.process_time() - started < 2
