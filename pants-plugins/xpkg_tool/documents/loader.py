"""A document's values, exactly as Kubernetes reads them: the one loader for every rule and goal.

Most documents are read line by line (`block_style`), others by a fast parser (`quick`), and the
rest from libyaml's events (`exact`). Modules with parsers are imported by the first document that
needs them.
"""

from __future__ import annotations

from typing import Any, Sequence, Union

from xpkg_tool.diagnostics.finding import Position
from xpkg_tool.documents.block_style import read_block_style
from xpkg_tool.documents.document_error import DocumentError
from xpkg_tool.documents.limits import size_problem
from xpkg_tool.documents.stream import AnyDocument
from xpkg_tool.documents.uncertain import UNCERTAIN

__all__ = ["DocumentError", "PathOf", "load", "locate"]

# The steps from a document's value, or from a part of it, to what is in it: fields and indexes.
PathOf = tuple[Union[str, int], ...]


def load(document: AnyDocument) -> Any:
    """The document's value in terms of JSON: dict with str keys, list, str, int, float, bool, None.

    Aliases of one anchor are the same object, so do not modify the value. Values nest up to
    events.MAX_DEPTH levels deep. Raises DocumentError.
    """
    too_large = size_problem(document)
    if too_large is not None:
        raise DocumentError([too_large])
    value = read_block_style(document.text)
    if value is UNCERTAIN:
        from xpkg_tool.documents.quick import quick_load

        value = quick_load(document.text)
    if value is UNCERTAIN:
        from xpkg_tool.documents.exact import load_exactly

        return load_exactly(document)
    return value


def locate(document: AnyDocument, path: Sequence[str | int], *, key: bool = False) -> Position:
    """The position in the file of the value at `path`: see positions.locate."""
    from xpkg_tool.documents.positions import locate

    return locate(document, path, key=key)
