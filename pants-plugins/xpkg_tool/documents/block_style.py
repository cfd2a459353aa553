"""A document's value, line by line, where it is written as generators write.

Nearly all definitions are: mappings and lists in block style, a key and its value on a line, long
texts as literal blocks or folded over lines. Few lines are new (`type: string` is in every file),
so what a line means is remembered, and the rest is to see how far it is indented. That takes less
time than the parser in `quick`, which does not say how a scalar was written, so that its values
have to be looked at again: here a plain scalar is read as Kubernetes reads it at once.

Whatever is written otherwise, or is wrong, is UNCERTAIN. tests/xpkg_tool/documents/test_quick.py
holds the values to those of the exact loader.
"""

from __future__ import annotations

import re
from sys import intern
from typing import Any, Sequence, Union

from xpkg_tool.documents.limits import MAX_NODES
from xpkg_tool.documents.scalars import WORDS, ScalarError, plain_value
from xpkg_tool.documents.uncertain import UNCERTAIN, is_special

_KEY = re.compile(r"([A-Za-z_$][A-Za-z0-9_$./-]*):(?: +|\Z)")
# What a plain scalar may begin with here; no character that could mean something else.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_$./(<+^\\")
# Text in single quotes, in which a quote is written twice, and text in double quotes without
# escapes: up to the closing quote, or as far as a line goes that has none.
_CLOSED = {"'": re.compile(r"[^']*(?:''[^']*)*'"), '"': re.compile(r'[^"\\]*"')}
_OPEN = {"'": re.compile(r"[^']*(?:''[^']*)*"), '"': re.compile(r'[^"\\]*')}

# What a number may begin with.
_NUMERIC = frozenset("+-.0123456789")

_LONGEST_KEY = 100
# In columns. So values nest no deeper than twice that.
_DEEPEST = 400
# A key, its value, and the mapping of an item of a list.
_MOST_NODES_OF_LINE = 3

# What is on a line.
_SCALAR = 0  # A whole value.
_FOLDED = 1  # A plain scalar, which may go on in the next line.
_NOTHING = 2  # A key without a value: that is in the next lines, or is null.
_LITERAL = 3  # The head of a literal block.
_QUOTED = 4  # The beginning of a text in quotes.
_MAPPING = 5  # An empty mapping.
_LIST = 6  # An empty list.
_TEXT = 7  # Neither key nor item: the next line of a plain scalar.
_BLANK = 8  # Nothing, or a comment.

# What else may be written after a key, as kind, value and text of its line.
_OTHERS = {
    "|": (_LITERAL, "\n", ""),
    "|-": (_LITERAL, "", ""),
    "{}": (_MAPPING, None, ""),
    "[]": (_LIST, None, ""),
}


# What a line means: (kind, column, item, key, value, text); a tuple, since none is unpacked faster.
# `column` is where its key or text begins, `item` where its `- ` does, or -1. An item that is no
# mapping has no key. `value` is that of a scalar; of the head of a literal block, what ends it; of
# a text in quotes, its beginning. `text` is a plain scalar as written, or the opening quote.
_Line = tuple[int, int, int, Union[str, None], Any, str]


class _Unusual(Exception):
    """The document is not one that is read here."""


class _Known(dict[str, _Line]):
    """The lines seen so far: so many at most that memory stays bounded."""

    # Of at most 100 bytes each.
    _MOST = 50_000
    _LONGEST = 100

    def __missing__(self, line: str) -> _Line:
        meaning = _meaning(line)
        if len(line) <= self._LONGEST:
            if len(self) >= self._MOST:
                self.clear()
            self[line] = meaning
        return meaning


# The same in all documents.
_KNOWN = _Known()


def read_block_style(text: str) -> Any:
    """The value of the document, or UNCERTAIN. Never raises."""
    if is_special(text):
        return UNCERTAIN
    lines = text.split("\n")
    if len(lines) * _MOST_NODES_OF_LINE > MAX_NODES:
        return UNCERTAIN
    try:
        return _read(lines)
    except _Unusual:
        return UNCERTAIN


def _read(lines: Sequence[str]) -> Any:
    # The document is the value of a key in a mapping around it.
    root: dict[str, Any] = {"": None}
    # The open collection, and the column of its keys or of its items' dashes. Those around it are
    # on the stack, each with its column.
    node: Any = root
    inner: Any
    here = -1
    stack: list[tuple[int, Any]] = []
    # The key whose value the next lines may hold: all of it, or the rest of this plain text.
    empty: str | None = ""
    folded, text = "", ""
    number, count, known = 0, len(lines), _KNOWN
    while number < count:
        kind, column, item, key, value, plain = known[lines[number]]
        number += 1
        if kind >= _TEXT:
            if kind == _TEXT:
                if not text or column <= here:
                    raise _Unusual
                node[folded], number = _unfolded(lines, number - 1, here, text)
            text = ""
            continue
        if item >= 0:
            if type(node) is not list or here != item:
                if empty is not None and item >= here:
                    node[empty] = inner = []
                    stack.append((here, node))
                    node, here = inner, item
                elif text and item > here:
                    node[folded], number = _unfolded(lines, number - 1, here, text)
                    text = ""
                    continue
                else:
                    while here > item:
                        here, node = stack.pop()
                    if here != item or type(node) is not list:
                        raise _Unusual
            empty, text = None, ""
            if key is None:
                node.append(value)
                continue
            inner = {}
            node.append(inner)
            stack.append((here, node))
            node, here = inner, column
        elif column != here or type(node) is not dict:
            if empty is not None and column > here:
                node[empty] = inner = {}
                stack.append((here, node))
                node, here = inner, column
            else:
                # A list may begin in the column of its key.
                while here > column or (here == column and type(node) is list):
                    here, node = stack.pop()
                if here != column:
                    raise _Unusual
        if key is None or key in node:
            raise _Unusual
        empty, text = None, ""
        if kind == _FOLDED:
            node[key] = value
            folded, text = key, plain
        elif kind == _SCALAR:
            node[key] = value
        elif kind == _NOTHING:
            node[key] = None
            empty = key
        elif kind == _LITERAL:
            node[key], number = _literal(lines, number, here, value)
        elif kind == _QUOTED:
            node[key], number = _unquoted(lines, number, here, plain, value)
        else:
            node[key] = {} if kind == _MAPPING else []
    return root[""]


def _unfolded(lines: Sequence[str], number: int, here: int, first: str) -> tuple[Any, int]:
    """A plain scalar that begins with `first` and goes on while lines are indented further than its
    key, from line `number` on; and the number of the next line."""
    parts = [first]
    while number < len(lines):
        line = lines[number]
        kind, column, item, key, _, text = _KNOWN[line]
        if kind == _BLANK or (column if item < 0 else item) <= here:
            break
        # In a plain scalar, what would be an item elsewhere is text.
        if kind != _TEXT and (kind != _FOLDED or key is not None):
            raise _Unusual
        parts.append(text if item < 0 else line.lstrip(" "))
        number += 1
    return _plain(" ".join(parts)), number


def _literal(lines: Sequence[str], number: int, here: int, end: str) -> tuple[str, int]:
    """The text of a literal block below a key, with `end` after its last line; and the number of
    the next line."""
    first = lines[number] if number < len(lines) else ""
    content = first.lstrip(" ")
    margin = first[: len(first) - len(content)]
    if not content or len(margin) <= here:
        raise _Unusual
    start = number
    while number < len(lines) and (lines[number].startswith(margin) or not lines[number]):
        number += 1
    # At once: so it takes a quarter of the time that it would line by line.
    block = "\n".join(lines[start:number])[len(margin) :].replace(f"\n{margin}", "\n")
    text = block.rstrip("\n")
    if text[-1] == " " and not text[text.rfind("\n") + 1 :].strip(" "):
        raise _Unusual
    return text + end, number


def _unquoted(
    lines: Sequence[str], number: int, here: int, quote: str, first: str
) -> tuple[str, int]:
    """A text in quotes that begins with `first`; and the number of the next line."""
    closed, opened = _CLOSED[quote], _OPEN[quote]
    parts = [first]
    while number < len(lines):
        line = lines[number]
        number += 1
        part = line.lstrip(" ")
        if not part or part[-1] == " " or len(line) - len(part) <= here:
            break
        if closed.fullmatch(part):
            parts.append(part[:-1])
            return _unescaped(" ".join(parts), quote), number
        if not opened.fullmatch(part):
            break
        parts.append(part)
    raise _Unusual


def _meaning(line: str) -> _Line:
    text = line.lstrip(" ")
    column = len(line) - len(text)
    if not line or text[:1] == "#":
        return _BLANK, column, -1, None, None, ""
    if not text or text[-1] == " " or column > _DEEPEST:
        raise _Unusual
    item = -1
    if text.startswith("- "):
        item = column
        text = text[2:].lstrip(" ")
        column = len(line) - len(text)
    found = _KEY.match(text)
    if not found:
        if item < 0:
            return _TEXT, column, item, None, None, _checked(text)
        kind, value, plain = _value(text)
        if kind not in (_SCALAR, _FOLDED):
            raise _Unusual
        return kind, column, item, None, value, plain
    key = found.group(1)
    if len(key) > _LONGEST_KEY or _plain(key) != key:
        raise _Unusual
    written = text[found.end() :]
    kind, value, plain = _value(written) if written else (_NOTHING, None, "")
    # One string for the same key in all lines.
    return kind, column, item, intern(key), value, plain


def _value(text: str) -> tuple[int, Any, str]:
    """The kind, the value and the text of what is written after a key or a dash (_Line)."""
    first = text[0]
    if first in _PLAIN or first > "\x7f" or (first == "-" and len(text) > 1 and text[1] != " "):
        return _FOLDED, _plain(_checked(text)), text
    if first in _CLOSED:
        inner = text[1:]
        if _CLOSED[first].fullmatch(inner):
            return _SCALAR, _unescaped(inner[:-1], first), ""
        if inner and _OPEN[first].fullmatch(inner):
            return _QUOTED, inner, first
        raise _Unusual
    if text not in _OTHERS:
        raise _Unusual
    return _OTHERS[text]


def _unescaped(text: str, quote: str) -> str:
    return text.replace("''", "'") if quote == "'" else text


def _checked(text: str) -> str:
    """A line of a plain scalar, if nothing in it ends the scalar."""
    if text[-1] == ":" or ": " in text or " #" in text:
        raise _Unusual
    return text


def _plain(text: str) -> Any:
    """What Kubernetes reads where this is written without quotes."""
    if text[0] not in _NUMERIC and text not in WORDS:
        return text
    try:
        return plain_value(text)
    except ScalarError:
        raise _Unusual from None
