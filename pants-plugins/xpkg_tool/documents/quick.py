"""A document's value from a fast parser, where it is certain that Kubernetes reads the same.

For documents that are not in block style throughout.

oryaml reads YAML 1.2 in Rust, two to three times as fast as `exact` builds values from libyaml's
events. Their differences are known, and can be detected in the text or in the values: such a
document is read exactly. Above all, a short string or a number may have been written in a way that
Kubernetes reads as something else (`y`, `0777`, `1e3`). tests/xpkg_tool/documents/test_quick.py
compares both parsers to show that there are no other differences.
"""

from __future__ import annotations

import re
from heapq import merge
from typing import Any, Iterator

import oryaml

from xpkg_tool.documents.limits import MAX_NODES
from xpkg_tool.documents.scalars import HINTS, WORDS, ScalarError, plain_value
from xpkg_tool.documents.uncertain import UNCERTAIN, is_special

# Anchors and tags; collections in brackets.
_PROPERTIES = "&!"
_NAME = re.compile(r"[\w-]")
_BRACKETS = "[{"
# Escapes in double quotes that only one of the parsers accepts.
_ESCAPE = re.compile(r"\\[/uU]")
_IN_BRACKETS = re.compile(r"[\[\]{}?'\"#]")
# What may precede the first character of a node on its line, and what may do so without a space.
_BEFORE_NODE = (":", "-", "?", ",", "[", "{")
_BEFORE_NODE_AT_ONCE = (",", "[", "{", '":', "':", "]:", "}:")
# libyaml accepts simple keys of at most 1,024 characters; an escape has up to ten.
_LONGEST_KEY = 100
_LARGEST = 2**63
_MOST_BRACKETS = 2_000
_NUMERIC = frozenset("+-.0123456789")
_LONGEST_WORD = max(map(len, WORDS))


def quick_load(text: str) -> Any:
    """The value of the document, or UNCERTAIN. Never raises."""
    if not _is_ordinary(text):
        return UNCERTAIN
    try:
        value = oryaml.loads(text)
    except (ValueError, TypeError):
        return UNCERTAIN
    return value if _is_certain(value) else UNCERTAIN


def _is_ordinary(text: str) -> bool:
    """Whether the text has nothing that the parsers are known to treat differently."""
    # The time of libyaml-like parsers grows with the square of the number of open brackets.
    if any(text.count(bracket) > _MOST_BRACKETS for bracket in _BRACKETS):
        return False
    if is_special(text):
        return False
    if "\\" in text and _ESCAPE.search(text):
        return False
    # Without an anchor, an alias is an error for both.
    if any(_is_property(text, place) for c in _PROPERTIES for place in _places(text, c)):
        return False
    # libyaml accepts a plain `?` in brackets, Kubernetes does not.
    return "?" not in text or not _may_hold_question(text)


def _is_property(text: str, place: int) -> bool:
    """Whether an anchor or a tag may begin there."""
    if text[place] == "&" and not _NAME.match(text, place + 1):
        return False
    return _begins_node(text, place)


def _may_hold_question(text: str) -> bool:
    """Whether there may be a collection in brackets that contains a `?`."""
    checked_to = 0
    for place in merge(*(_places(text, bracket) for bracket in _BRACKETS)):
        # Brackets inside others were checked with them.
        if place < checked_to or not _begins_node(text, place):
            continue
        depth = 0
        for found in _IN_BRACKETS.finditer(text, place):
            character = found.group()
            if character in _BRACKETS:
                depth += 1
            elif character not in "]}":
                # A `?`; or a quote or comment, inside which brackets do not count.
                return True
            else:
                depth -= 1
            if not depth:
                checked_to = found.end()
                break
        else:
            return True
    return False


def _places(text: str, character: str) -> Iterator[int]:
    # Much faster than a regular expression, because such characters are rare.
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


def _begins_node(text: str, start: int) -> bool:
    """Whether a node may begin there, judging by what precedes it on its line."""
    before = start
    while before and text[before - 1] == " ":
        before -= 1
    if not before or text[before - 1] == "\n":
        return True
    if before == start:
        return text.endswith(_BEFORE_NODE_AT_ONCE, max(0, start - 2), start)
    return text[before - 1] in _BEFORE_NODE


def _is_certain(value: Any) -> bool:
    """Whether Kubernetes reads all keys and scalars the same, however they were written."""
    # In a list, so that a document that is a single scalar needs no special case.
    pending: list[Any] = [[value]]
    nodes = 0
    while pending:
        node = pending.pop()
        nodes += len(node)
        if type(node) is dict:
            nodes += len(node)
            for key in node:
                if type(key) is not str or len(key) > _LONGEST_KEY:
                    return False
                if key[:1] in HINTS and _is_doubtful(key):
                    return False
            if "<<" in node:
                return False
            node = node.values()
        # Most values are strings, and most strings begin with a letter that makes them certain.
        for part in node:
            kind = type(part)
            if kind is str:
                if part[:1] in HINTS and _is_doubtful(part):
                    return False
            elif kind is dict or kind is list:
                pending.append(part)
            elif kind is int:
                if not -_LARGEST <= part < _LARGEST:
                    return False
            elif kind is not bool and part is not None:
                return False
    # `exact` refuses a document that is too large.
    return nodes <= MAX_NODES


def _is_doubtful(text: str) -> bool:
    """Whether Kubernetes would read the string as something else if it was written plain."""
    if not text:
        return False  # It was quoted: an omitted value is null for both.
    if text[0] in _NUMERIC:
        try:
            return plain_value(text) != text
        except ScalarError:
            return True
    return len(text) <= _LONGEST_WORD and text in WORDS
