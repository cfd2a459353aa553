"""A document's value by a fast parser, where it is certain that Kubernetes reads the same.

oryaml reads YAML 1.2 in Rust, two to three times as fast as values are made of libyaml's
events. What it reads otherwise than `exact` does is known, and told from the text or from the
values: then there is no answer here and the document is read exactly. Above all, a short text or a
number may have been written in a way that Kubernetes takes for something else (`y`, `0777`, `1e3`).
That nothing else differs is held by tests/xpkg_tool/documents/test_quick.py, which compares both.
"""

from __future__ import annotations

import re
from heapq import merge
from typing import Any, Iterator

import oryaml

from xpkg_tool.documents.limits import MAX_NODES
from xpkg_tool.documents.scalars import HINTS, WORDS, ScalarError, plain_value

UNCERTAIN: Any = object()

# Anchors and tags; collections in brackets.
_PROPERTIES = "&!"
_NAME = re.compile(r"[\w-]")
_BRACKETS = "[{"
# Escapes of double quotes that only one of the parsers takes.
_ESCAPE = re.compile(r"\\[/uU]")
# These end lines for one of them, or are not seen by it.
_SPECIAL = re.compile("[\x85\u2028\u2029\ufeff]")
_IN_BRACKETS = re.compile(r"[\[\]{}?'\"#]")
# What stands before the first character of a node in its line, and what may do so without a space.
_BEFORE_NODE = (":", "-", "?", ",", "[", "{")
_BEFORE_NODE_AT_ONCE = (",", "[", "{", '":', "':", "]:", "}:")
# libyaml takes no simple key of more than 1,024 characters; escapes make ten characters of one.
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
    # A parser of libyaml's kind takes time by the square of the brackets that are open.
    if any(text.count(bracket) > _MOST_BRACKETS for bracket in _BRACKETS):
        return False
    if "\t" in text or (not text.isascii() and _SPECIAL.search(text)):
        return False
    if "\\" in text and _ESCAPE.search(text):
        return False
    # Without an anchor, an alias is an error to both.
    if any(_is_property(text, place) for c in _PROPERTIES for place in _places(text, c)):
        return False
    # libyaml takes a plain `?` in brackets, Kubernetes does not.
    return "?" not in text or not _may_hold_question(text)


def _is_property(text: str, place: int) -> bool:
    """Whether an anchor or a tag may begin there."""
    if text[place] == "&" and not _NAME.match(text, place + 1):
        return False
    return _begins_node(text, place)


def _may_hold_question(text: str) -> bool:
    """Whether a collection in brackets may begin somewhere that has a `?` in it."""
    behind = 0
    for place in merge(*(_places(text, bracket) for bracket in _BRACKETS)):
        # What lies in brackets that were looked at was looked at with them.
        if place < behind or not _begins_node(text, place):
            continue
        depth = 0
        for found in _IN_BRACKETS.finditer(text, place):
            character = found.group()
            if character in _BRACKETS:
                depth += 1
            elif character not in "]}":
                # A `?`; or a quote or comment, in which brackets would not count.
                return True
            else:
                depth -= 1
            if not depth:
                behind = found.end()
                break
        else:
            return True
    return False


def _places(text: str, character: str) -> Iterator[int]:
    # Many times as fast as a regular expression: such characters are rare.
    place = text.find(character)
    while place >= 0:
        yield place
        place = text.find(character, place + 1)


def _begins_node(text: str, start: int) -> bool:
    """Whether a node may begin there, by what stands before it in its line."""
    before = start
    while before and text[before - 1] == " ":
        before -= 1
    if not before or text[before - 1] == "\n":
        return True
    if before == start:
        return text.endswith(_BEFORE_NODE_AT_ONCE, max(0, start - 2), start)
    return text[before - 1] in _BEFORE_NODE


def _is_certain(value: Any) -> bool:
    """Whether all keys and scalars can have been written in one way only."""
    # In a list, so that a document that is a single scalar goes the same way.
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
        # Most values are texts, and most texts begin with a letter that makes them certain.
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
    # One that is too large is for `exact` to refuse.
    return nodes <= MAX_NODES


def _is_doubtful(text: str) -> bool:
    """Whether the text, were it written plain, would be something else to Kubernetes."""
    if not text:
        return False  # It stands in quotes: what is left out is null to both.
    if text[0] in _NUMERIC:
        try:
            return plain_value(text) != text
        except ScalarError:
            return True
    return len(text) <= _LONGEST_WORD and text in WORDS
