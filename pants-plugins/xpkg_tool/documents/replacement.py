"""Replaces scalars in the text of a document, and nothing else of it."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any, Mapping

from xpkg_tool.documents.document_error import DocumentError
from xpkg_tool.documents.loader import PathOf, load
from xpkg_tool.documents.positions import Span, find
from xpkg_tool.documents.stream import AnyDocument, Document

# Anchor and tag of a value, with what separates them from it.
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+(?:#[^\n]*\n\s*)*)*")
_INDICATOR = re.compile(r"[|>][-+0-9]*")

# Of so many, the one that cannot be replaced is looked for.
_MOST_TRIED = 100


class CannotReplace(ValueError):
    """The value at `path` is not written at a place of its own: replacing it there would change
    other values, or there is no such scalar."""

    def __init__(self, path: PathOf) -> None:
        super().__init__(path)
        self.path = path


def replace_scalars(document: AnyDocument, replacements: Mapping[PathOf, str]) -> Document:
    """The document with the scalars at these paths replaced by strings of letters, digits, `:`, `.`
    and `-`. Quotes, anchors, comments and all else stay as they are written, so only these values
    are other ones. Raises CannotReplace."""
    text = document.text
    edits: dict[Span, str] = {}
    for path, replacement in replacements.items():
        span = find(document, path)
        if span is None or edits.setdefault(span, replacement) != replacement:
            raise CannotReplace(path)
    replaced = _written(document, text, edits)
    if _reads(replaced, document, replacements):
        return replaced
    raise CannotReplace(_culprit(document, replacements))


def _culprit(document: AnyDocument, replacements: Mapping[PathOf, str]) -> PathOf:
    """The first path at which nothing can be replaced, if it is not found, the first of all."""
    for path, replacement in islice(replacements.items(), _MOST_TRIED):
        span = find(document, path)
        alone = _written(document, document.text, {span: replacement} if span else {})
        if not _reads(alone, document, {path: replacement}):
            return path
    return next(iter(replacements))


def _written(document: AnyDocument, text: str, edits: Mapping[Span, str]) -> Document:
    parts, end = [], 0
    for span in sorted(edits, key=lambda span: span.start):
        parts += [text[end : span.start], _scalar(text[span.start : span.end], edits[span], span)]
        end = span.end
    new = "".join((*parts, text[end:]))
    return Document(document.path, document.number, document.line, document.column, new)


def _scalar(old: str, value: str, span: Span) -> str:
    """The value, written as the old one was."""
    start = _PROPERTIES.match(old)
    properties = start.group() if start else ""
    content = old[len(properties) :]
    indicator = _INDICATOR.match(content)
    if indicator:
        # The rest of its line may be a comment. Blank lines at the end belong to the scalar.
        header, newline, _ = content[indicator.end() :].partition("\n")
        _, _, blank = content[len(content.rstrip(" \n")) :].partition("\n")
        return f"{properties}{value}{header}{newline}{blank}"
    quote = content[:1] if content[:1] in ("'", '"') else ""
    # In brackets some parsers take a colon for the end of a plain scalar.
    quote = quote or ('"' if span.flow else "")
    return f"{properties}{quote}{value}{quote}"


def _reads(replaced: Document, document: AnyDocument, replacements: Mapping[PathOf, str]) -> bool:
    """Whether the new text has the new values and otherwise the old ones."""
    try:
        return _same(load(replaced), _expected(load(document), replacements))
    except DocumentError:
        return False


def _expected(value: Any, replacements: Mapping[PathOf, str]) -> Any:
    """A copy of the value with others at these paths. What is shared with other parts is not
    changed there."""
    copies: dict[PathOf, Any] = {(): _copy(value)}
    for path, replacement in replacements.items():
        for depth in range(1, len(path)):
            before, here = path[: depth - 1], path[:depth]
            if here not in copies:
                copies[here] = _copy(copies[before][here[-1]])
                copies[before][here[-1]] = copies[here]
        copies[path[:-1]][path[-1]] = replacement
    return copies[()]


def _copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else list(value)


def _same(left: Any, right: Any) -> bool:
    """Equality of values that may nest too deeply for `==`, and share parts."""
    pending, seen = [(left, right)], set()
    while pending:
        one, other = pending.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, (dict, list)):
            if (id(one), id(other)) in seen:
                continue
            seen.add((id(one), id(other)))
            if isinstance(one, dict):
                if one.keys() != other.keys():
                    return False
                pending += [(one[key], other[key]) for key in one]
            else:
                if len(one) != len(other):
                    return False
                pending += zip(one, other)
        elif one != other:
            return False
    return True
