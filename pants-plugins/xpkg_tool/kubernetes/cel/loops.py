"""Loops of a CEL expression, and loops inside loops: what makes one too expensive whatever else it
says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from xpkg_tool.kubernetes.cel.syntax import tokens

Chain = tuple[str, ...]

# The macros that look at each member of a list, or at each key of a mapping.
_MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})
_CALL = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|filter|map)\s*\(")

_SEARCH = re.compile(r"\bin\s+[a-zA-Z_]")

# What a step into a list's members is called.
ITEM = "[]"

# Deeper loops, and longer paths, are left to Kubernetes: each loop is compared with all around it.
_DEEPEST = 120


@dataclass(frozen=True)
class Loop:
    """A loop over `inner`, and what the loops around it go over, outermost first. `search`: as in
    NestedLoop."""

    around: tuple[Chain, ...]
    inner: Chain
    search: bool = False


@dataclass(frozen=True)
class NestedLoop:
    """A loop over `inner` in a loop over `outer`: the names behind `self`, with `[]` where a
    variable stands for a member of a list. `search`: it is `x in inner`, which looks at each member
    of a list, but not at each key of a mapping."""

    outer: Chain
    inner: Chain
    search: bool = False


def nested_loops(expression: str) -> Iterator[NestedLoop]:
    """The loops that stand in other ones, as far as both go over fields of `self`. The expression
    must be one that CEL can read."""
    calls = len(_CALL.findall(expression))
    if not calls or (calls == 1 and not _SEARCH.search(expression)):
        return
    for loop in loops(expression):
        for outer in loop.around:
            yield NestedLoop(outer, loop.inner, loop.search)


def loops(expression: str) -> Iterator[Loop]:
    """The loops over fields of `self`. The expression must be one that CEL can read."""
    if not _CALL.search(expression) and not _SEARCH.search(expression):
        return
    texts = [text for _, text, _ in tokens(expression)]
    # The loops around a place: what they go over, their variable, and how many brackets are open
    # inside them.
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
    """What a name stands for: a variable of a loop around it, or the object itself."""
    for chain, variable, _ in reversed(around):
        if text == variable:
            return (*chain, ITEM)
    # The old value is held to be as large.
    return () if text in ("self", "oldSelf") else None
