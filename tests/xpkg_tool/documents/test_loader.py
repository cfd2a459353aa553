"""Documents as values: mappings, anchors, merge keys, limits, and what is said of broken YAML.
The vectors are in test_loader_vectors.py.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.documents.exact import MAX_FINDINGS
from xpkg_tool.documents.loader import DocumentError, load, locate
from xpkg_tool.documents.stream import Document, split


def document(text: str, line: int = 1, column: int = 1) -> Document:
    return Document("a.yaml", 0, line, column, text)


def findings(text: str, line: int = 1, column: int = 1) -> tuple[Finding, ...]:
    with pytest.raises(DocumentError) as caught:
        load(document(text, line, column))
    assert all(f.path == "a.yaml" and f.remedy and f.position for f in caught.value.findings)
    return caught.value.findings


def places(found: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(f.code, f.position.line, f.position.column) for f in found if f.position]


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


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a:\n\tb: 1\n", 2, 1, "tab"),
        ("a: b: c\n", 1, 5, "`: `"),
        ("a: 'b\nc: 1\n", 1, 4, "quote is opened here"),
        ("a: [b\nc: 1\n", 1, 4, "brackets"),
        ("a: {b: 1\n", 1, 4, "braces"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "does not fit the mapping"),
        ("- a\nb: 1\n", 2, 1, "does not belong to the list"),
        ("a: @x\n", 1, 4, "`@`"),
        ("a: `x`\n", 1, 4, "```"),
        ("a: *.example.org\n", 1, 4, "alias"),
        ("a: - b\n", 1, 4, "list"),
        ("a: ? b\n", 1, 4, "`? `"),
        ("a: 1\nb\nc: 1\n", 2, 1, "not followed by `:`"),
        ('a: "\\d"\n', 1, 5, "backslash"),
        ("a: !x!y z\n", 1, 4, "tag"),
        ("a: 1\n%x\n", 2, 1, "directive"),
        ("[a:]\n", 1, 3, "`:`"),
        ("a: {{ .Values.x }}b\n", 1, 5, "template"),
        ("a: {{ .Values.x }}\n", 1, 5, "template"),
        ("{{ if x }}\na: 1\n", 1, 2, "template"),
        ("{% if x %}\na: 1\n", 1, 2, "template"),
        ("a: \x07\n", 1, 4, "control character"),
        ("a: \ud800\n", 1, 4, "surrogate"),
    ],
)
def test_broken_yaml(text: str, line: int, column: int, says: str) -> None:
    found = findings(text)[0]
    assert says in found.message
    assert places((found,)) == [(found.code, line, column)]


def test_places_are_those_of_the_file() -> None:
    """Of a document that stood on its separator's line, and of any other."""
    documents, _ = split("a.yaml", b"x: 1\n---   {a: .nan,\n b: .nan}\n")
    with pytest.raises(DocumentError) as caught:
        load(documents[1])
    assert places(caught.value.findings) == [("XP006", 2, 11), ("XP006", 3, 5)]
    assert [f.position.source for f in caught.value.findings if f.position] == [
        "---   {a: .nan,",
        " b: .nan}",
    ]


LOCATED = """\
kind: K
spec: &s
  0777: x
  list:
  - a
  - {b: 1, c: "two words"}
  text: |
    lines
  none:
more:
  <<: *s
  own: *s
"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ([], False, (1, 1, "kind: K", 7)),
        (["kind"], False, (1, 7, "kind: K", 1)),
        (["kind"], True, (1, 1, "kind: K", 4)),
        (["spec", "511"], False, (3, 9, "  0777: x", 1)),
        (["spec", "511"], True, (3, 3, "  0777: x", 4)),
        (["spec", "list", 1, "c"], False, (6, 15, '  - {b: 1, c: "two words"}', 11)),
        (["spec", "list", 0], False, (5, 5, "  - a", 1)),
        (["spec", "list", 7], False, (5, 3, "  - a", 3)),
        (["spec", "text"], False, (7, 9, "  text: |", 1)),
        (["spec", "none"], False, (9, 3, "  none:", 4)),
        (["spec", "missing", "x"], False, (2, 7, "spec: &s", 2)),
        (["spec", "list", "x"], True, (4, 3, "  list:", 4)),
        (["more", "511"], False, (3, 9, "  0777: x", 1)),
        (["more", "own", "list", 0], False, (5, 5, "  - a", 1)),
        (["more", "own"], False, (12, 8, "  own: *s", 2)),
        (["nothing"], False, (1, 1, "kind: K", 7)),
    ],
)
def test_locate(path: list[Any], key: bool, place: tuple[int, int, str, int]) -> None:
    found = locate(document(LOCATED), path, key=key)
    assert (found.line, found.column, found.source, found.width) == place


def test_locate_in_broken_or_empty_text() -> None:
    assert locate(document("a: [\n"), ["a", 0]).line == 1
    assert locate(document("", line=3), ["a"]).line == 3


@pytest.mark.parametrize(
    "text",
    [
        "[" * 9_000 + "]" * 9_000,
        "a: " + "[" * 9_999 + "]" * 9_999,
        "".join(" " * i + "a:\n" for i in range(3_000)),
        "- " * 9_999 + "x",
    ],
    ids=["flow", "flow in block", "mappings", "sequences"],
)
def test_deep_nesting_is_read(text: str) -> None:
    load(document(text + "\n"))


@pytest.mark.parametrize("piece", ["{a: ", "- ", "? "])
def test_deeper_nesting_is_refused_at_once(piece: str) -> None:
    """A child process, so that a crash would be seen; a small stack, too."""
    program = (
        "import sys, resource; resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))\n"
        "from xpkg_tool.documents.stream import split\n"
        "from xpkg_tool.documents.loader import load, DocumentError\n"
        f"documents, findings = split('a', {piece!r}.encode() * 1_000_000)\n"
        "try: load(documents[0])\n"
        "except DocumentError as error: print(*{f.code for f in error.findings})"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in ("XP007", "XP006")
    assert time.monotonic() - started < 5


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


def test_findings_are_many_but_not_without_end() -> None:
    started = time.process_time()
    assert len(findings("- .nan\n" * 20_000)) == MAX_FINDINGS
    assert len(findings("a: 1\n" * 20_000)) == MAX_FINDINGS
    assert time.process_time() - started < 2


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
