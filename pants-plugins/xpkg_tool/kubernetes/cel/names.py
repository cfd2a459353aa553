"""The names in a CEL expression: which variables it uses, and what it calls on them.

Only for valid expressions (syntax.py); types are not known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Sequence

from xpkg_tool.kubernetes.cel.syntax import tokens

# The macros that declare a variable for each item.
_BINDING = frozenset(
    {
        "all",
        "exists",
        "exists_one",
        "existsOne",
        "filter",
        "map",
        "optFlatMap",
        "optMap",
        "sortBy",
        "transformList",
        "transformMap",
        "transformMapEntry",
        "bind",
    }
)
_LITERALS = frozenset({"true", "false", "null", "in"})


def uses(expression: str, variable: str) -> bool:
    """Whether the name is a variable anywhere in the expression, even if it is only declared by a
    macro such as `all`: Kubernetes does not distinguish these."""
    return variable in _names(expression)


def free_variables(expression: str) -> tuple[str, ...]:
    """The variables of the expression in their order, each once, without those that a macro gives
    to its items. The parts of a name with dots that is no variable (`optional.none`) begin as one
    does: the first is among these."""
    bound = _bound(tokens(expression))
    return tuple(name for name in _names(expression) if name not in bound)


@lru_cache(maxsize=4096)
def _names(expression: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    read = tokens(expression)
    for index, (kind, text, _) in enumerate(read):
        if kind != "name" or text in _LITERALS:
            continue
        if _text(read, index + 1) != "(" and not _is_member(read, index):
            found[text] = None
    return tuple(found)


@lru_cache(maxsize=4096)
def calls_on(expression: str, variable: str) -> tuple[str, ...]:
    """The functions that the expression calls on the variable itself: `value` in
    `oldSelf.value()`. Each once, in their order."""
    found: dict[str, None] = {}
    read = tokens(expression)
    for index, (kind, text, _) in enumerate(read):
        if kind != "name" or text != variable or _is_member(read, index):
            continue
        if _text(read, index + 1) == "." and _text(read, index + 3) == "(":
            found[_text(read, index + 2)] = None
    return tuple(found)


def _bound(read: Sequence[tuple[str, str, int]]) -> frozenset[str]:
    """The names that macros give: those behind the bracket of one, up to a comma."""
    names = set()
    for index, (_, text, _) in enumerate(read):
        if text in _BINDING and _text(read, index + 1) == "(" and _text(read, index - 1) == ".":
            following = index + 2
            while _text(read, following + 1) == ",":
                names.add(_text(read, following))
                following += 2
    return frozenset(names)


def _is_member(read: Sequence[tuple[str, str, int]], index: int) -> bool:
    """Whether a name stands behind the dot of what is before it; a dot at the beginning of a value
    only says that the name is one of the outermost."""
    before = index - 1
    if _text(read, before) == "?":
        before -= 1
    if _text(read, before) != "." or before == 0:
        return False
    kind, text, _ = read[before - 1]
    return kind != "operator" or text in (")", "]", "}")


def _text(read: Sequence[tuple[str, str, int]], index: int) -> str:
    return read[index][1] if 0 <= index < len(read) else ""
