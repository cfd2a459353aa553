"""Where in a file a value or a key stands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.documents.reading import document, places
from xpkg_tool.documents.loader import DocumentError, load, locate
from xpkg_tool.documents.stream import split


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
