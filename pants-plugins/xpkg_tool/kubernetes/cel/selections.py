"""The fields of `self` that a CEL expression reads, as far as they are known without types."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.kubernetes.cel.syntax import tokens

_OBJECTS = ("self", "oldSelf")


def selections(expression: str) -> Iterator[tuple[str, ...]]:
    """The names behind `self` or `oldSelf`, as far as they are fields: `("metadata", "name")` of
    `self.metadata.name.startsWith('a')`. Nothing where a variable of a macro is called so: then
    `self` may be something else. The expression must be one that CEL can read."""
    found = tokens(expression)
    texts = [text for _, text, _ in found]
    places = [place for place, text in enumerate(texts) if text in _OBJECTS]
    if any(_is_variable(texts, place) for place in places):
        return
    for place in places:
        if texts[place - 1 : place] != ["."]:
            names: list[str] = []
            ahead = place + 1
            while texts[ahead : ahead + 1] == ["."]:
                ahead += 2 if texts[ahead + 1 : ahead + 2] == ["?"] else 1
                # A method, or a name in backticks.
                if ahead >= len(found) or found[ahead][0] != "name":
                    break
                if texts[ahead + 1 : ahead + 2] == ["("]:
                    break
                names.append(texts[ahead])
                ahead += 1
            if names:
                yield tuple(names)


def _is_variable(texts: list[str], place: int) -> bool:
    """Whether a macro's variable is declared there: `.all(name,`, `.transformList(i, name,`."""
    return texts[place + 1 : place + 2] == [","] and texts[place - 1 : place] in (["("], [","])
