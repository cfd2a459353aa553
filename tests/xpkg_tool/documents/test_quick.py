"""The fast readers against the exact one: where they give a value, it is the same value."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.cases import CASES, request
from xpkg_tool.documents.block_style import read_block_style
from xpkg_tool.documents.exact import load_exactly
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.quick import quick_load
from xpkg_tool.documents.stream import Document, split
from xpkg_tool.documents.uncertain import UNCERTAIN

# What YAML is made of, to make texts that are nearly right.
FRAGMENTS = (
    *" \n:-?,[]{}#&*!|>'\"%@`\\/~.+_0123456789abxXoOeEyYnN<",
    *("\n  ", "\n- ", ": ", "- ", "? ", "[a, b]", "{a: b}", "'a", '"b', "|\n", "|-\n  x", "|2\n"),
    *(">\n  a\n\n  b\n", "\n\n", "# c", "---", "...", "\\n", "\\x41", "\\u00e9", "\\/", "\\ud800"),
    *("\t", "\r", "\x85", "\u2028", "\ufeff", "é", "\xa0", "\U0001f600", "<<: ", "null", "true"),
    *("0x1F", "1e3", "0777", "1_0", "12:30", "a: a\n", "key: value\n", '"a" : b', "''", '""'),
    *("a: 'b\n  c'\n", 'a: "b\n  c\\\n  d"\n', "a: b\n  c\n\n  d\n", "x:\n  - y\n", "&a ", "*a"),
    *("!!str ", "! ", "[b?c]", "{a: b?}", "%TAG ! x\n", "\n--- ", "\n...\n"),
)


def equal(one: Any, other: Any) -> bool:
    """Equality that tells 1 from 1.0 and True, and sees the order of keys."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def agree(document: Document) -> bool:
    """Whether a fast reader gave a value. Fails where that is not what the exact one reads."""
    values = [read(document.text) for read in (read_block_style, quick_load)]
    values = [value for value in values if value is not UNCERTAIN]
    if not values:
        return False
    exact = load_exactly(document)  # A DocumentError would mean that too much was accepted.
    for value in values:
        assert equal(value, exact), document.text
    return True


def files_of(case: dict[str, Any]) -> dict[str, bytes]:
    return {**request(case).sources, **request(case).examples}


def documents(path: str, data: bytes) -> tuple[Document, ...]:
    return split(path, data)[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_small_packages_of_the_vectors(case: dict[str, Any]) -> None:
    for path, data in files_of(case).items():
        for document in documents(path, data):
            agree(document)


@pytest.mark.parametrize(
    ("alphabet", "longest"), [("+-01_.ex", 4), ("09aAfFxXoObBeE:.", 3), ("yYnNoOfFtT~<=", 3)]
)
def test_every_short_scalar(alphabet: str, longest: int) -> None:
    for length in range(1, longest + 1):
        for characters in itertools.product(alphabet, repeat=length):
            text = "".join(characters)
            agree(Document("f.yaml", 0, 1, 1, f"a: {text}\n"))
            agree(Document("f.yaml", 0, 1, 1, f"{text}: a\n"))
            agree(Document("f.yaml", 0, 1, 1, f"a: '{text}'\n"))


@pytest.mark.parametrize("character", [chr(code) for code in range(0x20, 0x7F)])
def test_every_escape(character: str) -> None:
    agree(Document("f.yaml", 0, 1, 1, f'a: "\\{character}41414141"\n'))


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
@settings(max_examples=1000, deadline=None)
def test_anything_that_looks_like_yaml(text: str) -> None:
    for document in documents("f.yaml", text.encode("utf-8", "replace")):
        agree(document)


@given(st.data())
@settings(max_examples=500, deadline=None)
def test_real_text_with_a_mistake(data: st.DataObject) -> None:
    files = files_of(data.draw(st.sampled_from(CASES)))
    text = data.draw(st.sampled_from(list(files.values()) or [b""])).decode("utf-8", "replace")
    place = data.draw(st.integers(0, len(text)))
    end = place + data.draw(st.integers(0, 4))
    broken = text[:place] + data.draw(st.sampled_from(FRAGMENTS)) + text[end:]
    for document in documents("f.yaml", broken.encode("utf-8", "replace")):
        agree(document)


@pytest.mark.parametrize(
    "text",
    [
        "a: y\n",
        "y: a\n",
        "a: 0777\n",
        "a: 1e3\n",
        "a: 0.5\n",
        "1: a\n",
        "a: 9223372036854775808\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !!str b\n",
        "<<: {a: b}\n",
        "a: [b?c]\n",
        "a:\n  [\n    b?c]\n",
        "a: [b, [c], d?]\n",
        "a: ['b]', c?]\n",
        "a: [b, # ]\n  c?]\n",
        "a: {'b':[c?]}\n",
        'a: "\\/"\n',
        "a:\tb\n",
        "a: b\u2028c: d\n",
        "a: 1\na: 2\n",
        "a: b: c\n",
        f"{'k' * 2000}: v\n",
        "a: {" * 50_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_left_to_the_exact_loader(text: str) -> None:
    assert quick_load(text) is UNCERTAIN


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [b, {c: null}]\n", {"a": ["b", {"c": None}]}),
        ("a: .all[?(@.type=='Ready')].status\n", {"a": ".all[?(@.type=='Ready')].status"}),
        ("a: this & that * 2!\n", {"a": "this & that * 2!"}),
        ("a: see\n  *3* ? & more\n", {"a": "see *3* ? & more"}),
        ("a: one\n  [two] three?\n", {"a": "one [two] three?"}),
        ("a: [b, {c: d}]\nb: e?\n", {"a": ["b", {"c": "d"}], "b": "e?"}),
        ("a: -3\nb: true\nc: ''\nd:\n", {"a": -3, "b": True, "c": "", "d": None}),
    ],
)
def test_what_it_reads(text: str, value: Any) -> None:
    assert equal(quick_load(text), value)


def test_load_takes_either_way() -> None:
    assert load(Document("f.yaml", 0, 1, 1, "a: b\n")) == {"a": "b"}
    assert load(Document("f.yaml", 0, 1, 1, "a: 0777\n")) == {"a": 511}
    with pytest.raises(DocumentError):
        load(Document("f.yaml", 0, 1, 1, "a: 1\na: 2\n"))
