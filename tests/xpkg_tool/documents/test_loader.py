"""The loader reads what others write as they do, and any text at all."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.documents.reading import document
from xpkg_tool.documents.loader import DocumentError, load, locate
from xpkg_tool.documents.stream import split

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8),
    st.sampled_from(["y", "0777", "null", "1e3", "12:30", "<<", "=", "---", "a: b", "# x"]),
)


VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcy01 <", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_json_writes_is_read_as_json(value: Any) -> None:
    """JSON is YAML, and quoted scalars are strings: `1.0` is a number without fraction."""
    text = json.dumps(value, ensure_ascii=False)
    read = load(document(text + "\n"))
    assert json.dumps(read, sort_keys=True) == json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return load(document(f"{value!r}\n"))
    return value


TEXTS = st.recursive(
    st.sampled_from(["a b", "1x", "z"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["a", "b1", "c d"]), inner),
    max_leaves=15,
)


@given(TEXTS)
def test_block_style_is_read_as_pyyaml_reads_it(value: Any) -> None:
    text = yaml.safe_dump(value, default_flow_style=False)
    (part,), problems = split("a.yaml", text.encode())
    assert problems == ()
    assert load(part) == value


WORDS = """a b:_ :_ -_ | [ ] { } ,_ " ' # &x_ *x_ <<:_ ?_ !!int_ !_ % @ \\ \\/ > 1 .inf ---_ é"""
TOKENS = [*(word.replace("_", " ") for word in WORDS.split()), "\n", "\n  ", "\t", "\u2028"]
PIECES = st.lists(st.sampled_from(TOKENS), max_size=14).map("".join)


@settings(max_examples=300)
@given(PIECES)
def test_any_text_is_read_or_refused(text: str) -> None:
    parts, _ = split("a.yaml", text.encode())
    for part in (*parts, document(text)):
        try:
            load(part)
        except DocumentError as error:
            for f in error.findings:
                assert f.position
                assert f.position.line >= part.line
                lines = text.replace("\r", "\n").split("\n")
                assert f.position.line <= max(len(lines), 1)
        locate(part, ["a", 0, "b"])


@given(st.text(max_size=30))
def test_any_characters(text: str) -> None:
    with contextlib.suppress(DocumentError):
        load(document(text))
