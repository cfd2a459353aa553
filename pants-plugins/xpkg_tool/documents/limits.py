"""What one document may hold. Only its text decides, so that every machine gives the same answer.

The API server takes at most 3 MiB of JSON for an object. In fewer bytes than two no node can be
written as JSON, and no author indents or comments ten times as much as there is.
"""

from __future__ import annotations

from xpkg_tool.finding import Finding, Position

from .stream import AnyDocument

# Bytes of YAML.
MAX_SIZE = 32 * 1024 * 1024
# Keys, values and collections, those that aliases and merge keys stand for counted each time.
MAX_NODES = 2_000_000

_REMEDY = "Split the object; or leave the file out of the package if it is data of another kind."


def size_problem(document: AnyDocument) -> Finding | None:
    """A finding where the document has more bytes than are read."""
    # Most are far below, and a text has no more bytes than four times its characters.
    if len(document.text) * 4 <= MAX_SIZE or document.size <= MAX_SIZE:
        return None
    return Finding(
        "XP007",
        f"The document has {document.size:,} bytes; at most {MAX_SIZE:,} are read, ten times what "
        "Kubernetes takes for an object.",
        _REMEDY,
        document.path,
        Position(document.line, document.column),
    )


def nodes_problem(document: AnyDocument) -> Finding:
    """The finding for a document that has more than MAX_NODES."""
    return Finding(
        "XP007",
        f"The document has more than {MAX_NODES:,} keys and values; Kubernetes takes no object "
        "that is as large.",
        _REMEDY,
        document.path,
        Position(document.line, document.column),
    )
