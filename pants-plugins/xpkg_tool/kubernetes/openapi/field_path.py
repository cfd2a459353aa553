"""Paths to fields of a schema, as in `selectableFields` and the `fieldPath` of rules.

They are parsed like ValidFieldPath does it (apiextensions-apiserver pkg/apiserver/schema/cel).
"""

from __future__ import annotations

import re
from typing import Any, Mapping

_TOKEN = re.compile(r"'(?:\\.|[^'\\])*'|[.\[\]]|[^.\[\]]+", re.DOTALL)


class FieldPathError(ValueError):
    """The path is not valid for the schema. `str()` says why, as part of a sentence."""


def resolve(
    path: str, schema: Mapping[str, Any], *, brackets: bool = True
) -> tuple[tuple[str, ...], Mapping[str, Any] | None]:
    """The names along the path, and the schema of the field (None if it may have any value).

    `brackets` says whether `['name']` is allowed. Raises FieldPathError.
    """
    names: list[str] = []
    found: Mapping[str, Any] | None = schema
    tokens = _TOKEN.findall(path)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token == ".":
            name, width = _at(tokens, place + 1), 2
        elif token == "[" and brackets:
            name, width = _quoted(_at(tokens, place + 1)), 3
            if _at(tokens, place + 2) != "]":
                raise FieldPathError("a `]` is missing")
        elif token == "[":
            raise FieldPathError("brackets are not allowed here")
        else:
            raise FieldPathError(f"a dot is missing before `{token}`")
        found = _step(found, name)
        names.append(name)
        place += width
    return tuple(names), found


def _at(tokens: list[str], place: int) -> str:
    if place >= len(tokens):
        raise FieldPathError("it ends too early")
    return tokens[place]


def _quoted(token: str) -> str:
    if len(token) < 2 or not token.startswith("'") or not token.endswith("'"):
        raise FieldPathError("brackets must contain a name in single quotes")
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def _step(schema: Mapping[str, Any] | None, name: str) -> Mapping[str, Any] | None:
    nowhere = FieldPathError(f"the schema has no field `{name}`")
    if schema is None:
        raise nowhere
    properties = schema.get("properties")
    if isinstance(properties, dict) and properties:
        if name not in properties:
            raise nowhere
        found = properties[name]
        return found if isinstance(found, dict) else {}
    if schema.get("additionalProperties") is not None:
        found = schema["additionalProperties"]
        return found if isinstance(found, dict) else None
    raise nowhere
