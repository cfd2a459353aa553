"""A text as the one document of a file, and what is found in it."""

from __future__ import annotations

import pytest

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import Document


def document(text: str, line: int = 1, column: int = 1) -> Document:
    return Document("a.yaml", 0, line, column, text)


def findings(text: str, line: int = 1, column: int = 1) -> tuple[Finding, ...]:
    with pytest.raises(DocumentError) as caught:
        load(document(text, line, column))
    assert all(f.path == "a.yaml" and f.remedy and f.position for f in caught.value.findings)
    return caught.value.findings


def places(found: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    return [(f.code, f.position.line, f.position.column) for f in found if f.position]
