"""Limits for one document and one file. They depend only on the text, so that every machine gives
the same answer.

The API server accepts at most 3 MiB of JSON for an object. A node takes at least two bytes of JSON,
and nobody writes ten times as much indentation and comments as content.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xpkg_tool.diagnostics.finding import Finding, Position
from xpkg_tool.diagnostics.rule import Rule

if TYPE_CHECKING:
    from xpkg_tool.documents.stream import AnyDocument

LIMIT = Rule(
    "XP007",
    "limit",
    "A document is too large, is nested too deeply or has too many aliases.",
    fatal=True,
)

# Bytes of YAML.
MAX_SIZE = 32 * 1024 * 1024
# Keys, values and collections; those that aliases and merge keys stand for are counted each time.
MAX_NODES = 2_000_000
# Document separators and suppression comments in a file. The largest packages have a few thousand
# objects; each of these takes a few hundred bytes of memory, for four bytes of text.
MAX_DOCUMENTS = 100_000
MAX_SUPPRESSIONS = 100_000


def size_problem(document: AnyDocument) -> Finding | None:
    """A finding if the document has more than MAX_SIZE bytes."""
    # Fast for most documents: a string has at most four bytes per character.
    if len(document.text) * 4 <= MAX_SIZE or document.size <= MAX_SIZE:
        return None
    return _problem(
        document,
        f"The document has {document.size:,} bytes; the limit is {MAX_SIZE:,}, ten times what "
        "Kubernetes accepts for an object.",
    )


def nodes_problem(document: AnyDocument) -> Finding:
    """The finding for a document that has more than MAX_NODES."""
    return _problem(
        document,
        f"The document has more than {MAX_NODES:,} keys and values; Kubernetes does not accept an "
        "object of that size.",
    )


def _problem(document: AnyDocument, message: str) -> Finding:
    remedy = "Split the object, or leave the file out of the package if it is not an object."
    place = Position(document.line, document.column)
    return LIMIT.finding(message, remedy, document.path, place)


def documents_problem(path: str, line: int) -> Finding:
    """The finding for a file that has more than MAX_DOCUMENTS; `line` is that of the next one."""
    return LIMIT.finding(
        f"The file has more than {MAX_DOCUMENTS:,} documents; the rest is not read.",
        "Remove separators with nothing between them, or split the file.",
        path,
        Position(line, 1),
    )


def suppressions_problem(path: str) -> Finding:
    """The finding for a file that has more than MAX_SUPPRESSIONS; all of them are ignored."""
    return LIMIT.finding(
        f"The file has more than {MAX_SUPPRESSIONS:,} comments that suppress findings; all of "
        "them are ignored.",
        "Suppress the rule in the whole file (`ignore-file`), or with `per_path_ignores`.",
        path,
    )
