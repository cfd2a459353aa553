"""The positions of values in a document. Only findings need them, so loading does not keep them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Iterator, Sequence

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    ScalarEvent,
)

from xpkg_tool.diagnostics.finding import Position
from xpkg_tool.documents.events import Malformed, events
from xpkg_tool.documents.lines import lines_of
from xpkg_tool.documents.scalars import MERGE_TAG, Scalar, ScalarError, resolve, to_key
from xpkg_tool.documents.stream import AnyDocument


@dataclass
class _Node:
    """A node and its place: character offsets `start` to `end` in the text. `children` are the
    items of a sequence, or keys and values in turn; a scalar that is a key has its `text`. `flow`:
    it is in brackets or braces. The first lookup creates `entries`."""

    start: int
    end: int
    mapping: bool = False
    flow: bool = False
    text: str | None = None
    merge: bool = False
    alias: _Node | None = None
    children: list[_Node] = field(default_factory=list)
    entries: _Entries | None = None


@dataclass(frozen=True)
class _Entries:
    """A mapping prepared for lookups: its own keys, each with the pair that counts, and the
    mappings that are merged in, in reverse order of precedence."""

    own: dict[str, tuple[_Node, _Node]]
    merged: tuple[_Node, ...]


@dataclass(frozen=True)
class Span:
    """The characters `start` to `end` of a document's text, which are a value as it is written,
    with its anchor and tag; or the alias in its place. `flow`: it is in brackets or braces."""

    start: int
    end: int
    flow: bool


def at(document: AnyDocument, start: int, end: int | None = None) -> Position:
    """The position in the file of the characters `start` to `end` of the document's text, marking
    only the part on the first line. The source of a very long line is left out."""
    text = document.text
    start = min(max(start, 0), len(text))
    # An error at the very end is at the end of the last line, not on the line after it.
    if start == len(text) and start and text.endswith("\n"):
        start -= 1
    lines = lines_of(text)
    line = lines.at(start)
    begin, source = lines.start(line), lines.source(line)
    lead = document.column - 1 if line == 0 else 0
    marked = "" if end is None or not source else source[start - begin : end - begin]
    return Position(
        document.line + line,
        lead + start - begin + 1,
        "---".ljust(lead) + source if lead and source else source,
        max(1, len(marked.rstrip())),
    )


def locate(document: AnyDocument, path: Sequence[str | int], *, key: bool = False) -> Position:
    """The position, in the file, of the value at `path` (of its key, with `key`), or of the
    nearest parent that exists. Keys are given as Kubernetes reads them ("511" for `0777`).

    This parses the document again (with a cache of two), so call it only for findings.
    """
    place = _tree(document.text)
    if place is None:
        return at(document, 0)
    for named, node in _steps(place, path):
        # An omitted value has no place of its own.
        place = named if named and (key or node.start == node.end) else node
    return at(document, place.start, place.end)


def find(document: AnyDocument, path: Sequence[str | int]) -> Span | None:
    """The place of the value at `path`, None where there is no such value or it is omitted."""
    root = _tree(document.text)
    nodes = [node for _, node in _steps(root, path)] if root else []
    if len(nodes) < len(path) or not nodes or nodes[-1].start == nodes[-1].end:
        return None
    return Span(nodes[-1].start, nodes[-1].end, nodes[-1].flow)


def _steps(node: _Node, path: Sequence[str | int]) -> Iterator[tuple[_Node | None, _Node]]:
    """The values that the steps of `path` lead to, each with its key, as far as they exist."""
    for step in path:
        target = node.alias or node
        if target.mapping and isinstance(step, str):
            pair = _entry(target, step)
            if pair is None:
                return
            named, node = pair
            yield named, node
        elif not target.mapping and isinstance(step, int) and 0 <= step < len(target.children):
            node = target.children[step]
            yield None, node
        else:
            return


def repeated_keys(document: AnyDocument) -> Iterator[tuple[str, Position, Position]]:
    """Each repeated key in a mapping: the key, the place before and this one."""
    root = _tree(document.text)
    pending = [root] if root else []
    while pending:
        node = pending.pop()
        if node.mapping:
            seen: dict[str, _Node] = {}
            for named in node.children[::2]:
                text = (named.alias or named).text
                if text is None or named.merge:
                    continue
                if text in seen:
                    first = seen[text]
                    yield (
                        text,
                        at(document, first.start, first.end),
                        at(document, named.start, named.end),
                    )
                seen[text] = named
        pending += reversed(node.children)


def _entry(mapping: _Node, key: str) -> tuple[_Node, _Node] | None:
    """The key and value that count for `key`: the last ones, including those merged in."""
    pending = [mapping]
    visited: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in visited:
            continue
        visited.add(id(node))
        entries = _entries(node)
        found = entries.own.get(key)
        if found is not None:
            return found
        pending += entries.merged
    return None


def _entries(mapping: _Node) -> _Entries:
    if mapping.entries is None:
        own: dict[str, tuple[_Node, _Node]] = {}
        merged: list[list[_Node]] = []
        children = iter(mapping.children)
        # A key whose value could not be parsed has none.
        for named, value in zip(children, children):
            text = (named.alias or named).text
            if named.merge:
                target = value.alias or value
                if target.mapping:
                    merged.append([target])
                else:
                    merged.append([item.alias or item for item in reversed(target.children)])
            elif text is not None:
                own[text] = (named, value)
        mapping.entries = _Entries(own, tuple(node for group in reversed(merged) for node in group))
    return mapping.entries


@lru_cache(maxsize=2)
def _tree(text: str) -> _Node | None:
    """The first document of the text as nodes, as far as it can be parsed."""
    top = _Node(0, 0)
    stack = [top]
    anchors: dict[str, _Node] = {}
    # libyaml's marks count characters, but its lines end at U+2028 too: only the index is used.
    try:
        for event in events(text):
            if isinstance(event, CollectionEndEvent):
                stack.pop().end = event.end_mark.index
                if len(stack) == 1:
                    break
                continue
            if not isinstance(event, (ScalarEvent, AliasEvent, CollectionStartEvent)):
                continue
            node = _Node(event.start_mark.index, event.end_mark.index)
            if isinstance(event, AliasEvent):
                node.alias = anchors.get(event.anchor)
            elif event.anchor is not None:
                anchors[event.anchor] = node
            parent = stack[-1]
            node.flow = parent.flow
            is_key = parent.mapping and len(parent.children) % 2 == 0
            parent.children.append(node)
            if isinstance(event, ScalarEvent):
                node.merge = is_key and is_merge(event)
                if is_key or event.anchor is not None:
                    node.text = _key_text(event)
            elif not isinstance(event, AliasEvent):
                node.mapping = isinstance(event, MappingStartEvent)
                node.flow = parent.flow or bool(event.flow_style)
                stack.append(node)
    except Malformed:
        pass
    return top.children[0] if top.children else None


def is_merge(event: ScalarEvent) -> bool:
    """Whether a key is the merge key, as go-yaml's `isMerge` has it."""
    return event.value == "<<" and (bool(event.implicit[0]) or event.tag == MERGE_TAG)


def _key_text(event: ScalarEvent) -> str | None:
    try:
        return to_key(scalar(event))
    except ScalarError:
        return None


def scalar(event: ScalarEvent) -> Scalar:
    """The scalar of an event as go-yaml resolves it. Raises ScalarError."""
    if event.tag is None and not event.implicit[0]:
        return str(event.value)
    return resolve(event.tag, event.value)
