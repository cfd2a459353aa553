"""Loops of a CEL expression, and nested loops, which may make it too expensive by themselves."""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple

from xpkg_tool.kubernetes.cel.syntax import tokens

Chain = tuple[str, ...]

# The macros that iterate over the items of a list, or over the keys of a map.
_MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})
_CALL = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|filter|map)\s*\(")

_SEARCH = re.compile(r"\bin\s+[a-zA-Z_]")

# The name of a step into the items of a list.
ITEM = "[]"

# Deeper loops and longer paths are left to Kubernetes: each loop is compared with all outer ones.
_DEEPEST = 120


class Loop(NamedTuple):
    """A loop over `inner`, and what the outer loops iterate over, outermost first. `search` is as
    in NestedLoop."""

    around: tuple[Chain, ...]
    inner: Chain
    search: bool = False


class NestedLoop(NamedTuple):
    """A loop over `inner` in a loop over `outer`: the names after `self`, with `[]` where a
    variable stands for an item of a list. `search`: it is `x in inner`, which iterates over the
    items of a list, but not over the keys of a map."""

    outer: Chain
    inner: Chain
    search: bool = False


def nested_loops(expression: str) -> Iterator[NestedLoop]:
    """The loops inside other loops, if both iterate over fields of `self`. The expression must be
    valid."""
    calls = len(_CALL.findall(expression))
    if not calls or (calls == 1 and not _SEARCH.search(expression)):
        return
    for loop in loops(expression):
        for outer in loop.around:
            yield NestedLoop(outer, loop.inner, loop.search)


def loops(expression: str) -> Iterator[Loop]:
    """The loops over fields of `self`. The expression must be valid."""
    if not _CALL.search(expression) and not _SEARCH.search(expression):
        return
    texts = [text for _, text, _ in tokens(expression)]
    # The loops around a place: what they iterate over, their variable, and how many brackets are
    # open inside them.
    around: list[tuple[Chain, str, int]] = []
    depth = 0
    for place, text in enumerate(texts):
        if text in ("(", "[", "{"):
            depth += 1
            if depth > _DEEPEST:
                return
        elif text in (")", "]", "}"):
            depth -= 1
            while around and around[-1][2] > depth:
                around.pop()
        base = _base(text, around) if texts[place - 1 : place] != ["."] else None
        if base is None:
            continue
        ahead = place + 1
        while texts[ahead : ahead + 1] == ["."] and texts[ahead + 2 : ahead + 3] != ["("]:
            ahead += 2
        chain = (*base, *texts[place + 2 : ahead : 2])
        if len(chain) > _DEEPEST:
            continue
        dot, method, bracket, variable = (*texts[ahead : ahead + 4], "", "", "", "")[:4]
        if dot == "." and method in _MACROS and bracket == "(":
            yield Loop(tuple(outer for outer, _, _ in around), chain)
            around.append((chain, variable, depth + 1))
        elif texts[place - 1 : place] == ["in"] and dot not in (".", "["):
            yield Loop(tuple(outer for outer, _, _ in around), chain, search=True)


def _base(text: str, around: list[tuple[Chain, str, int]]) -> Chain | None:
    """The value of a name: a variable of an outer loop, or the object itself."""
    for chain, variable, _ in reversed(around):
        if text == variable:
            return (*chain, ITEM)
    # The old value is assumed to be as large.
    return () if text in ("self", "oldSelf") else None
