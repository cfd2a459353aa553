"""What aliases may repeat."""

from __future__ import annotations

import time

from tests.xpkg_tool.documents.reading import document, findings
from xpkg_tool.documents.loader import load


def test_aliases_cannot_multiply() -> None:
    """Billion laughs, of lists and of merge keys."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    keys = ", ".join(f"k{i}: 1" for i in range(20_000))
    merges = f"a: &a {{{keys}}}\nb: [{', '.join(['{<<: *a}'] * 20_000)}]\n"
    started = time.process_time()
    for text in ("\n".join(lines) + "\n", merges):
        assert [f.code for f in findings(text)] == ["XP007"]
    assert time.process_time() - started < 2


def test_aliases_in_measure_are_read() -> None:
    text = "a: &a {b: 1}\nc: [" + ", ".join(["*a"] * 10_000) + "]\n"
    assert load(document(text))["c"] == [{"b": 1}] * 10_000


def test_aliases_count_towards_the_depth() -> None:
    text = "a: &a " + "[" * 6_000 + "]" * 6_000 + "\nb: " + "[" * 5_000 + "*a" + "]" * 5_000 + "\n"
    assert [f.code for f in findings(text)] == ["XP007"]
