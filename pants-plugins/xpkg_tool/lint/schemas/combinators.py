"""allOf, anyOf, oneOf and not: they may check values, but not say of what types these are.

Kubernetes reads types, defaults and the like from outside them only (validateNestedValueValidation
in apiextensions-apiserver's pkg/apiserver/schema/validation.go, and complete.go).
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.openapi.node import Problem, SchemaNode, Way, as_schema, path_of

SCHEMA_COMBINATOR = Rule(
    "XP428", "schema-junctor", "A keyword is not allowed inside allOf, anyOf, oneOf or not."
)

_NOTHING: Any = object()
_EMPTY: Mapping[str, Any] = {}

COMBINATORS = ("allOf", "anyOf", "oneOf")

# By keyword: whether a value that is false or empty counts as none.
_FORBIDDEN = {
    "type": True,
    "default": False,
    "title": True,
    "description": True,
    "nullable": True,
    "additionalProperties": True,
    "x-kubernetes-preserve-unknown-fields": True,
    "x-kubernetes-embedded-resource": True,
    "x-kubernetes-int-or-string": True,
    "x-kubernetes-list-map-keys": True,
    "x-kubernetes-list-type": False,
    "x-kubernetes-map-type": False,
    "x-kubernetes-validations": True,
}


def check_nested(node: SchemaNode) -> Iterator[Problem]:
    """A schema inside one of them."""
    for keyword, may_be_empty in _FORBIDDEN.items():
        if keyword not in node.value:
            continue
        value = node.value[keyword]
        # An empty schema is still one.
        if value or not may_be_empty or (keyword == "additionalProperties" and value == {}):
            yield node.problem(
                SCHEMA_COMBINATOR,
                f"`{keyword}` is not allowed inside allOf, anyOf, oneOf or not, as in the schema "
                f"of {node.name}.",
                "Move it out, into the schema that contains them.",
                keyword,
                key=True,
            )
    if "metadata" in node.properties():
        yield node.problem(
            SCHEMA_COMBINATOR,
            "`metadata` is not allowed inside allOf, anyOf, oneOf or not.",
            "Remove it.",
            "properties",
            "metadata",
            key=True,
        )


def is_int_or_string(schemas: Any) -> bool:
    """Whether these are exactly the two schemas that may have types inside anyOf, in this order."""
    return (
        isinstance(schemas, list)
        and len(schemas) == 2
        and _only_type(schemas[0], "integer")
        and _only_type(schemas[1], "string")
    )


# These are not a part of the structure, or not when they are empty.
_MAY_BE_EMPTY = frozenset(
    {"enum", "allOf", "anyOf", "oneOf", "definitions", "patternProperties", "items"}
)

_COUNT_WHEN_EMPTY = frozenset(
    {
        "$ref",
        "additionalItems",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
    }
)


def _only_type(schema: Any, kind: str) -> bool:
    if not isinstance(schema, dict) or schema.get("type") != kind:
        return False
    for keyword, value in schema.items():
        is_nothing = (
            value is None
            or (keyword == "externalDocs" and set(value) <= {"description", "url"})
            or keyword == "example"
            or (keyword in _MAY_BE_EMPTY and not value and (keyword, value) != ("items", {}))
            or (value == "" and keyword not in _COUNT_WHEN_EMPTY)
            or (value is False and keyword not in _COUNT_WHEN_EMPTY)
        )
        if keyword != "type" and not is_nothing:
            return False
    return True


def check_complete(node: SchemaNode) -> Iterator[Problem]:
    """Everything that the combinators of the whole object refer to must be described outside of
    them."""
    # A schema inside them, the way to it, and the schema outside for the same value. What an alias
    # stands for is looked at once for each schema outside.
    pending: list[tuple[Mapping[str, Any], Way, Mapping[str, Any] | None]] = [
        (node.value, None, node.value)
    ]
    seen: set[tuple[int, int]] = set()
    while pending:
        inside, way, outside = pending.pop()
        if outside is None:
            yield node.problem(
                SCHEMA_COMBINATOR,
                "allOf, anyOf, oneOf or not refers to something that the schema outside of it "
                "does not describe.",
                "Describe it there too, with its type.",
                *path_of(way),
                key=True,
            )
            continue
        if (id(inside), id(outside)) in seen:
            continue
        seen.add((id(inside), id(outside)))
        pending += ((schema, (way, steps), outside) for steps, schema in _inside(inside))
        if way is None:
            continue
        if isinstance(inside.get("items"), dict):
            pending.append((inside["items"], (way, ("items",)), as_schema(outside.get("items"))))
        described = outside.get("properties")
        properties = inside.get("properties")
        for name, schema in (properties if isinstance(properties, dict) else {}).items():
            found = described.get(name, _NOTHING) if isinstance(described, dict) else _NOTHING
            # A schema that is null counts as an empty one, on both sides.
            outer = None if found is _NOTHING else as_schema(found) or _EMPTY
            pending.append((as_schema(schema) or _EMPTY, (way, ("properties", name)), outer))


def _inside(schema: Mapping[str, Any]) -> Iterator[tuple[PathOf, Mapping[str, Any]]]:
    """The schemas under its combinators, with the steps to them."""
    for keyword in COMBINATORS:
        schemas = schema.get(keyword)
        for index, inner in enumerate(schemas if isinstance(schemas, list) else ()):
            if isinstance(inner, dict):
                yield (keyword, index), inner
    if isinstance(schema.get("not"), dict):
        yield ("not",), schema["not"]
