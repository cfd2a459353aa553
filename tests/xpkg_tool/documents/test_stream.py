"""Splitting files into documents: design of the package.yaml."""

from __future__ import annotations

import time

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.documents.stream import Document, split


def texts(data: bytes | str) -> list[str]:
    documents, findings = split("a.yaml", data.encode() if isinstance(data, str) else data)
    assert findings == ()
    return [document.text for document in documents]


def finding(data: bytes | str) -> Finding:
    _, findings = split("a.yaml", data.encode() if isinstance(data, str) else data)
    (only,) = findings
    assert only.path == "a.yaml"
    assert only.remedy
    return only


def places(data: str) -> list[tuple[int, int, int]]:
    return [(d.number, d.line, d.column) for d in split("a.yaml", data.encode())[0]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", []),
        ("\n \n\t\n", []),
        ("# only\n---\n# comments\n", []),
        ("---\n---\n...\n---", []),
        ("a: 1", ["a: 1\n"]),
        ("---\na: 1\n", ["a: 1\n"]),
        ("a: 1\n---\nb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("a: 1\n--- # the next\nb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("a: 1\n---#x\nb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("a: 1\n---\t\nb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("a: 1\n... # end\nb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("# c\n\na: 1 # d\n\n# e\n---\n", ["# c\n\na: 1 # d\n\n# e\n"]),
        ("a: |\n  x\n  ---\n  y\n", ["a: |\n  x\n  ---\n  y\n"]),
        ("a: |\n  x\n---\nb: 1\n", ["a: |\n  x\n", "b: 1\n"]),
        ("a: ---\nb: ...\n", ["a: ---\nb: ...\n"]),
        ("a\n...b\n", ["a\n...b\n"]),
        ("\ufeffa: 1\n", ["a: 1\n"]),
        ("\ufeff---\na: 1\n---\n\ufeffb: 1\n", ["a: 1\n", "b: 1\n"]),
        ("a: 1\r\nb: 2\r\n---\r\nc: 3\r", ["a: 1\nb: 2\n", "c: 3\n"]),
        ("a: 'x\ufeffy'\n", ["a: 'x\ufeffy'\n"]),
        ("null\n---\n{}\n", ["null\n", "{}\n"]),
        ("--- {a: b} # c\n", ["{a: b} # c\n"]),
        ("---   |\n  x\n---\n- 1\n", ["|\n  x\n", "- 1\n"]),
        ("--- !x\na: b\n", ["!x\na: b\n"]),
        ("--- &x\na: b\n", ["&x\na: b\n"]),
        ("--- text\n  more\n", ["text\n  more\n"]),
    ],
)
def test_texts(data: str, expected: list[str]) -> None:
    assert texts(data) == expected


def test_places_count_the_file() -> None:
    assert places("# c\n---\n\na: 1\n---\n# none\n--- {b: 1}\n...\nc: 1\n") == [
        (0, 3, 1),
        (1, 7, 5),
        (2, 9, 1),
    ]


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        ("a: 1\nb: \xff".encode("latin-1"), "XP001", 2, 4),
        ("a: é\nbé: \x07".encode(), "XP001", 2, 5),
        (b"a: 1\nb: x\0y\n", "XP001", 2, 5),
        (b"a: \x7f", "XP001", 1, 4),
        ("a: \x80".encode(), "XP001", 1, 4),
        ("a: \uffff".encode(), "XP001", 1, 4),
        ("a: 1\n".encode("utf-16"), "XP001", 1, 1),
        ("a: 1\n".encode("utf-16-le"), "XP001", 1, 1),
        ("a: 1\n".encode("utf-16-be"), "XP001", 1, 1),
        ("a: 1\n".encode("utf-32"), "XP001", 1, 1),
        ("a: 1\n\ufeffb: 2\n".encode(), "XP001", 2, 1),
        ("\ufeff# only comments\n".encode(), "XP001", 1, 1),
        ("\ufeff".encode(), "XP001", 1, 1),
        ("a: 1\n---\n\ufeff\n# only comments\n---\nb: 1\n".encode(), "XP001", 3, 1),
        (b"a: 1\n---\n# c\n%YAML 1.2\n---\nb: 1\n", "XP003", 4, 1),
        (b"--- a: b\n", "XP004", 1, 5),
        (b"a: 1\n--- - x\n", "XP004", 2, 5),
        (b"--- --- x\n", "XP004", 1, 5),
        (b"--- ...\n", "XP004", 1, 5),
        (b"a: 1\n...  b: 1\n", "XP004", 2, 6),
        (b"a: |\n  x\n---x\n", "XP004", 3, 1),
        ("--- # c\u2028a: 1\n".encode(), "XP004", 1, 8),
        ("a: 1\n---\n# c\u2028b: 1\n".encode(), "XP004", 3, 4),
    ],
)
def test_findings(data: bytes, code: str, line: int, column: int) -> None:
    found = finding(data)
    assert found.code == code
    assert found.position
    assert (found.position.line, found.position.column) == (line, column)


def test_each_forbidden_character_and_each_directive_is_named() -> None:
    _, controls = split("a.yaml", b"a: \x07\nb: \x08\x07\n")
    assert [f.message.split()[2] for f in controls] == ["U+0007", "U+0008"]
    assert "2 of them" in controls[0].message
    _, directives = split("a.yaml", b"%YAML 1.1\n%TAG ! x\n---\na: 1\n")
    assert [f.position.line for f in directives if f.position] == [1, 2]


def test_documents_beside_a_bad_one_are_kept() -> None:
    documents, findings = split("a.yaml", b"a: 1\n--- b: 1\n---\nc: 1\n")
    assert [(d.number, d.text) for d in documents] == [(0, "a: 1\n"), (2, "c: 1\n")]
    assert [f.code for f in findings] == ["XP004"]


def test_broken_yaml_behind_a_separator_is_left_to_the_loader() -> None:
    assert texts("--- [a\n") == ["[a\n"]


def test_a_hundred_megabytes_are_split_in_seconds() -> None:
    part = b"---\nmetadata:\n  name: x\n  text: |\n    ---\n    ...\n" + b"    # y\n" * 100
    started = time.process_time()
    documents, findings = split("a.yaml", part * 20_000)
    assert time.process_time() - started < 5
    assert (len(documents), findings) == (20_000, ())


BODY = st.sampled_from(
    [
        "a: 1\n",
        "# c\na: 1\n\n# d\n",
        "a: |\n  ---\n  ...\n  %x\n",
        "a: >-\n   x\n\n   --- y\n",
        "- 1\n- '---'\n- \" ... \"\n",
        "{a: [1, 2],\n b: '\n\n x'}\n",
        "text\n more\n",
        "é: \U0001f600\n",
        "|\n x\n",
        "a: &x {b: 1}\nc: *x\n",
        "null\n",
    ]
)
SEPARATOR = st.sampled_from(
    [
        "---\n",
        "--- \t\n",
        "--- # c\n",
        "...\n---\n",
        "...\n",
        "... # c\n# d\n---\n",
        "---\n\n# e\n---\n",
    ]
)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[str], str]:
    bodies = draw(st.lists(BODY, max_size=6))
    stream = draw(st.sampled_from(["", "---\n", "# head\n---\n"]))
    for i, body in enumerate(bodies):
        stream += (draw(SEPARATOR) if i else "") + body
    return bodies, stream + draw(st.sampled_from(["", "---\n", "...\n", "---", "---\n# tail\n"]))


@given(streams(), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans())
def test_split_gives_back_what_was_joined(
    stream: tuple[list[str], str], line_end: str, mark: bool, final: bool
) -> None:
    bodies, text = stream
    if not final and text.endswith("\n") and text.strip():
        text = text[:-1]
    # Where nothing but comments stands behind it, it is a mistake.
    alone = not text.startswith("---") and (not bodies or text.startswith("# head"))
    data = (b"\xef\xbb\xbf" if mark and not alone else b"") + text.replace("\n", line_end).encode()
    assert texts(data) == bodies


@given(streams())
def test_splitting_what_was_split_changes_nothing(stream: tuple[list[str], str]) -> None:
    once = texts(stream[1])
    assert texts("".join(f"---\n{text}" for text in once)) == once


@given(streams())
def test_the_documents_are_those_of_yaml(stream: tuple[list[str], str]) -> None:
    ours = [yaml.load(text, yaml.CSafeLoader) for text in texts(stream[1])]
    try:
        theirs = list(yaml.load_all(stream[1], yaml.CSafeLoader))
    except yaml.YAMLError:
        assume(False)  # libyaml wants `---` behind `...`.
    # YAML has a null between two separators, where we have nothing.
    assert [v for v in ours if v is not None] == [v for v in theirs if v is not None]


WORDS = [
    "---",
    "...",
    "#",
    "%",
    "a:",
    "|",
    "[",
    '"',
    "&x",
    "{",
    "}",
    "-",
    "'",
    "!x",
    "\x00",
    "é",
    "\u2028",
    "\x85",
    "\ufeff",
]
PIECES = st.lists(st.sampled_from([*WORDS, "\n", "\n", " ", "\t", "\r"]), max_size=20).map("".join)


@settings(max_examples=300)
@given(PIECES)
def test_nothing_is_lost(text: str) -> None:
    """Each line of content is in a document or in a finding's document."""
    documents, findings = split("a.yaml", text.encode())
    for document in documents:
        assert document.text.endswith("\n")
        assert "\r" not in document.text
    if findings:
        return
    kept = "".join(document.text for document in documents).replace("\ufeff", "")
    for line in text.replace("\ufeff", "").replace("\r", "\n").split("\n"):
        content = line.strip(" \t")
        if content and content[0] != "#" and not line.startswith(("---", "...")):
            assert content in kept


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes(data: bytes) -> None:
    documents, findings = split("a.yaml", data)
    assert all(isinstance(document, Document) for document in documents)
    assert all(f.position for f in findings)
