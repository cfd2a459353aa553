"""What is said of broken YAML, and where."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.documents.reading import findings, places


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
