"""What is read line by line, and what is left to the parsers; test_quick.py compares the values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.documents.test_quick import agree, equal
from xpkg_tool.documents import block_style
from xpkg_tool.documents.block_style import read_block_style
from xpkg_tool.documents.stream import Document
from xpkg_tool.documents.uncertain import UNCERTAIN

# Lines as generators write them, and some that end or break what is before them.
CONTENTS = (
    *(
        "a: b",
        "a:",
        "b:",
        "c: 1",
        "c: true",
        "d: null",
        "e: 0777",
        "f: 1e3",
        "g: 2001-01-01",
        "y: n",
    ),
    *(
        "a: |",
        "a: |-",
        "b: |",
        "a: >-",
        "a: {}",
        "b: []",
        "a: [b]",
        "a: 'b'",
        "a: 'b",
        "c''d'",
        "e'",
    ),
    *(
        'a: "b"',
        'a: "b',
        'c"',
        'a: "\\n"',
        "- a",
        "- a: b",
        "- a:",
        "- b: |",
        "-   c: d",
        "- 'a'",
        "-",
    ),
    *(
        "- - a",
        "- {}",
        "text",
        "more text: here",
        "text # no comment",
        "# comment",
        "'quoted': a",
        "<<: a",
    ),
    *(
        "on: a",
        "1: a",
        "a: b: c",
        "a: b:",
        "a: b #c",
        "a: b ",
        "a: &b c",
        "a: *b",
        "? a",
        "a: - b",
        "é: a",
    ),
    *(
        "a: é",
        "a: <",
        "a: <<",
        "a: =",
        "<: a",
        "...",
        "%a",
        "a: \\",
        "a: $b",
        "a: (b",
        "null",
        "a: 'b''c'",
    ),
)
# Five times as many found nothing more.
EXAMPLES = 600
INDENTS = st.sampled_from(("", "  ", "  ", "    ", "    ", "      ", " ", "   "))


@given(st.lists(st.tuples(INDENTS, st.sampled_from(("", *CONTENTS))), max_size=9))
@settings(max_examples=EXAMPLES, deadline=None)
def test_lines_in_any_order(lines: list[tuple[str, str]]) -> None:
    text = "".join(f"{indent}{content}\n" for indent, content in lines)
    agree(Document("f.yaml", 0, 1, 1, text))


def _nested(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Lines of mappings and lists with others inside."""
    keys = st.sampled_from("abcdef")
    field = st.builds(
        lambda key, lines, by: [f"{key}:", *(" " * by + line for line in lines)],
        keys,
        inner,
        st.sampled_from((0, 2, 2, 4)),
    )
    item = st.builds(
        lambda lines: [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])] if lines else ["- a"],
        inner,
    )
    several = st.lists(st.one_of(field, item, inner), min_size=1, max_size=4)
    return several.map(lambda parts: [line for part in parts for line in part])


@given(st.recursive(st.sampled_from(CONTENTS).map(lambda line: [line]), _nested, max_leaves=12))
@settings(max_examples=EXAMPLES, deadline=None)
def test_collections_in_collections(lines: list[str]) -> None:
    agree(Document("f.yaml", 0, 1, 1, "".join(f"{line}\n" for line in lines)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: b\nc:\n  d: 1\n  e:\nf: x\n", {"a": "b", "c": {"d": 1, "e": None}, "f": "x"}),
        ("a:\n- b\n- c: d\n  e: f\ng: h\n", {"a": ["b", {"c": "d", "e": "f"}], "g": "h"}),
        ("a:\n  - b:\n    - c\n  - d\n", {"a": [{"b": ["c"]}, "d"]}),
        ("- a: b\n- c\n", [{"a": "b"}, "c"]),
        ("a: b c\n  d e\n  f\ng: h\n", {"a": "b c d e f", "g": "h"}),
        ("a: 1\n  2\n", {"a": "1 2"}),
        ('a: b\n  "c" &d\n  [e {f *g -h\n  ? i\n', {"a": 'b "c" &d [e {f *g -h ? i'}),
        ("a: b\n  - c\n  -  d\n  e\n", {"a": "b - c -  d e"}),
        ("a:\n  b: c\n    d\n    - e\n  f: g\n", {"a": {"b": "c d - e", "f": "g"}}),
        ("a: -1\nb: -c\nd: é\n", {"a": -1, "b": "-c", "d": "é"}),
        ("a: |-\n  b: c\n    d\n\n  e\n\nf: g\n", {"a": "b: c\n  d\n\ne", "f": "g"}),
        ("a:\n  b: |\n    c\n", {"a": {"b": "c\n"}}),
        ("a: 'it''s: b\n  c''d'\ne: 'f'\n", {"a": "it's: b c'd", "e": "f"}),
        ('a: "b # c\n  d"\n', {"a": "b # c d"}),
        ("# a\na: {}\n\n# b\nb: []\n", {"a": {}, "b": []}),
        ("a: 0777\nb: yes\nc: 1e3\nd: 0.5\n", {"a": 511, "b": True, "c": 1000, "d": 0.5}),
    ],
)
def test_what_it_reads(text: str, value: Any) -> None:
    assert equal(read_block_style(text), value)
    assert agree(Document("f.yaml", 0, 1, 1, text))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: b\n  c: d\n",
        "a:\n    b: c\n  d: e\n",
        "a:\n  b: c\n d: e\n",
        "- a\nb: c\n",
        "a: b\n\n  c\n",
        "a: b\n  # c\n  d\n",
        "a: |-\nb: c\n",
        "a: |-\n  b\n \n",
        "a: 'b\nc'\n",
        "a: 'b\n",
        "a: [b]\n",
        "a: .inf\n",
        "yes: a\n",
        "a: b: c\n",
        "a:\tb\n",
        "a: b\u2028\n",
        "a: \ud800\n",
        "a\n",
        f"{'k' * 101}: a\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(500)),
        "# nothing\n",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_left_to_the_parsers(text: str) -> None:
    assert read_block_style(text) in (UNCERTAIN, None)


def test_collections_are_not_shared() -> None:
    value = read_block_style("a: {}\nb: {}\nc: []\nd: []\n")
    assert value["a"] is not value["b"] and value["c"] is not value["d"]
    assert read_block_style("a: {}\n")["a"] is not value["a"]


def test_many_different_lines_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_style._Known, "_MOST", 10)
    value = read_block_style("".join(f"a{number}: b\n" for number in range(100)))
    assert value == {f"a{number}": "b" for number in range(100)}
    assert len(block_style._KNOWN) <= 10
