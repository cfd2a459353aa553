"""What one document, and one file, may hold. Only the text decides, so that every machine gives the
same answer.

The API server takes at most 3 MiB of JSON for an object. In fewer bytes than two no node can be
written as JSON, and no author indents or comments ten times as much as there is.
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
# Keys, values and collections, those that aliases and merge keys stand for counted each time.
MAX_NODES = 2_000_000
# In a file, the separators of documents and the suppression comments. The largest packages have
# some thousand objects; each of these takes some hundred bytes of memory, for four of its text.
MAX_DOCUMENTS = 100_000
MAX_SUPPRESSIONS = 100_000

_REMEDY = "Split the object; or leave the file out of the package if it is data of another kind."


def size_problem(document: AnyDocument) -> Finding | None:
    """A finding where the document has more bytes than are read."""
    # Most are far below, and a text has no more bytes than four times its characters.
    if len(document.text) * 4 <= MAX_SIZE or document.size <= MAX_SIZE:
        return None
    return LIMIT.finding(
        f"The document has {document.size:,} bytes; at most {MAX_SIZE:,} are read, ten times what "
        "Kubernetes takes for an object.",
        _REMEDY,
        document.path,
        Position(document.line, document.column),
    )


def nodes_problem(document: AnyDocument) -> Finding:
    """The finding for a document that has more than MAX_NODES."""
    return LIMIT.finding(
        f"The document has more than {MAX_NODES:,} keys and values; Kubernetes takes no object "
        "that is as large.",
        _REMEDY,
        document.path,
        Position(document.line, document.column),
    )


def documents_problem(path: str, line: int) -> Finding:
    """The finding for a file that has more than MAX_DOCUMENTS; `line` is that of the next one."""
    return LIMIT.finding(
        f"The file has more than {MAX_DOCUMENTS:,} documents; those from here on are not read.",
        "Remove separators with nothing between them; spread objects over several files.",
        path,
        Position(line, 1),
    )


def suppressions_problem(path: str) -> Finding:
    """The finding for a file that has more than MAX_SUPPRESSIONS; none of them counts."""
    return LIMIT.finding(
        f"The file has more than {MAX_SUPPRESSIONS:,} comments that suppress findings; none of "
        "them is heeded.",
        "Suppress the rule in the whole file (`ignore-file`), or by `per_path_ignores`.",
        path,
    )
