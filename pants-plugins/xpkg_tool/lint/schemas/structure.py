"""What makes a schema structural: types, items, properties, extensions, metadata.

The rules are those of apiextensions-apiserver: pkg/apiserver/schema/validation.go
(validateStructuralInvariants) and pkg/apis/apiextensions/validation
(ValidateCustomResourceDefinitionOpenAPISchema).
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Level, Problem, SchemaNode

SCHEMA_FORBIDDEN = Rule(
    "XP422", "schema-forbidden", "A schema has a keyword that Kubernetes does not support."
)
SCHEMA_NO_TYPE = Rule("XP423", "schema-no-type", "A schema has no type, or an unknown one.")
SCHEMA_ITEMS = Rule(
    "XP424", "schema-items", "A list does not have exactly one schema for its items."
)
SCHEMA_ADDITIONAL = Rule(
    "XP425", "schema-additional", "A schema has both `properties` and `additionalProperties`."
)
SCHEMA_ROOT = Rule(
    "XP426", "schema-root", "The schema of a whole object does not describe an object."
)
SCHEMA_EXTENSION = Rule("XP429", "schema-extension", "An `x-kubernetes-` keyword is used wrongly.")
SCHEMA_PATTERN = Rule(
    "XP431", "schema-pattern", "A pattern is not a valid regular expression in Go."
)

TYPES = ("array", "boolean", "integer", "number", "object", "string")

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_INT_OR_STRING = "x-kubernetes-int-or-string"
# Where one of these is true, there need not be a type.
_WITHOUT_TYPE = (_PRESERVE, _INT_OR_STRING, _EMBEDDED)

# Keywords that Kubernetes knows of and refuses, with what to do instead, and whether an empty value
# counts as none.
_FORBIDDEN = {
    "$ref": (False, "Write the schema out where it is used: a CRD cannot contain references."),
    "$schema": (True, "Remove it."),
    "id": (True, "Remove it; a field with this name belongs under `properties`."),
    "definitions": (True, "Write the schemas out where they are used."),
    "dependencies": (False, "Use a rule under `x-kubernetes-validations`."),
    "patternProperties": (
        True,
        "Use `additionalProperties`; a rule under `x-kubernetes-validations` can check names.",
    ),
    "additionalItems": (False, "Remove it: all items of a list have the schema under `items`."),
}


def check(node: SchemaNode) -> Iterator[Problem]:
    """What is wrong with a schema, by itself, at any level."""
    value = node.value
    yield from _forbidden(node)
    if "type" in value:
        yield from _type(node)
    if "additionalProperties" in value:
        yield from _additional_properties(node)
    if value.get(_PRESERVE) is False:
        yield node.problem(
            SCHEMA_EXTENSION,
            f"`{_PRESERVE}` in the schema of {node.name} must be true or left out, got false.",
            "Remove it.",
            _PRESERVE,
        )
    if value.get("pattern"):
        yield from _pattern(node)
    yield from _items(node)
    if node.is_structural:
        yield from _required_type(node)
        yield from _extensions(node)


def _forbidden(node: SchemaNode) -> Iterator[Problem]:
    for keyword, (may_be_empty, remedy) in _FORBIDDEN.items():
        if keyword in node.value and (node.value[keyword] or not may_be_empty):
            yield node.problem(
                SCHEMA_FORBIDDEN,
                f"`{keyword}` is not supported, but the schema of {node.name} has it.",
                remedy,
                keyword,
                key=True,
            )
    if node.value.get("uniqueItems"):
        yield node.problem(
            SCHEMA_FORBIDDEN,
            f"`uniqueItems` must not be true in the schema of {node.name}.",
            "Use `x-kubernetes-list-type: set`.",
            "uniqueItems",
        )


def _type(node: SchemaNode) -> Iterator[Problem]:
    kind = node.value["type"]
    # That of a whole object is looked at by itself.
    if kind and kind not in TYPES and node.place.level is not Level.ROOT:
        remedy = f"Supported values: {', '.join(TYPES)}."
        if kind == "null":
            remedy = "Give the type of the other values, and `nullable: true`."
        yield node.problem(
            SCHEMA_NO_TYPE,
            f"The type of {node.name} is `{kind}`, which is not a supported value.",
            remedy,
            "type",
        )


def _required_type(node: SchemaNode) -> Iterator[Problem]:
    value = node.value
    if value.get("type"):
        if node.place.level is Level.ROOT and value["type"] != "object":
            yield node.problem(
                SCHEMA_ROOT,
                f"The type of the whole object must be `object`, got `{value['type']}`.",
                "Write `type: object`.",
                "type",
            )
    elif (
        "type" not in node.mistyped
        and "$ref" not in value
        and not any(map(value.get, _WITHOUT_TYPE))
    ):
        yield node.problem(
            SCHEMA_NO_TYPE,
            f"The schema of {node.name} has no `type`.",
            "Add a `type`; for any value use `x-kubernetes-preserve-unknown-fields: true`, and "
            "for an integer or a string `x-kubernetes-int-or-string: true`.",
            key=True,
        )


def _items(node: SchemaNode) -> Iterator[Problem]:
    items = node.value.get("items")
    if isinstance(items, list) and items:
        yield node.problem(
            SCHEMA_ITEMS,
            f"The `items` of {node.name} must be a schema, got a list of schemas.",
            "Write one schema for all items.",
            "items",
        )
    elif (
        node.is_structural
        and node.place.level is not Level.ROOT
        and node.value.get("type") == "array"
        and not isinstance(items, dict)
        and "items" not in node.mistyped
    ):
        yield node.problem(
            SCHEMA_ITEMS,
            f"{node.name} is an array, but its schema has no `items`.",
            "Add the schema of one item: `items: {type: ...}`.",
            key=True,
        )


def _additional_properties(node: SchemaNode) -> Iterator[Problem]:
    additional = node.value["additionalProperties"]
    if node.properties() and additional is not True:
        yield node.problem(
            SCHEMA_ADDITIONAL,
            f"The schema of {node.name} has both `properties` and `additionalProperties`.",
            "Keep `properties` for fields with fixed names, or `additionalProperties` for a "
            "mapping with any names. Kubernetes drops other fields anyway.",
            "additionalProperties",
            key=True,
        )
    if node.is_structural and (node.place.level is Level.ROOT or node.value.get(_EMBEDDED)):
        yield node.problem(
            SCHEMA_ADDITIONAL,
            f"`additionalProperties` is not allowed in the schema of {node.name}, which is a "
            "Kubernetes object.",
            "Describe its fields under `properties`.",
            "additionalProperties",
            key=True,
        )


def _pattern(node: SchemaNode) -> Iterator[Problem]:
    # Here as in other rules, what few schemas need is imported by the first that does.
    from xpkg_tool.kubernetes.regex.re2 import PatternError, parse

    try:
        parse(node.value["pattern"])
    except PatternError as error:
        yield node.problem(
            SCHEMA_PATTERN,
            f"The `pattern` of {node.name} is not a valid regular expression in Go: {error}.",
            "Write it in RE2 syntax, without look-around and back-references, or use a rule under "
            "`x-kubernetes-validations`.",
            "pattern",
        )


def _extensions(node: SchemaNode) -> Iterator[Problem]:
    value = node.value
    for other in (_PRESERVE, _EMBEDDED):
        if value.get(_INT_OR_STRING) and value.get(other):
            yield node.problem(
                SCHEMA_EXTENSION,
                f"The schema of {node.name} has both `{_INT_OR_STRING}` and `{other}`.",
                "Keep one of the two.",
                other,
                key=True,
            )
    if not value.get(_EMBEDDED):
        return
    if node.place.in_metadata:
        yield node.problem(
            SCHEMA_EXTENSION,
            f"`{_EMBEDDED}` is not allowed inside metadata, as in the schema of {node.name}.",
            "Remove it.",
            _EMBEDDED,
            key=True,
        )
    if value.get("type") != "object" and "type" not in node.mistyped:
        yield node.problem(
            SCHEMA_EXTENSION,
            f"{node.name} is an embedded resource, so its `type` must be `object`.",
            "Write `type: object`.",
            *(("type",) if "type" in value else (_EMBEDDED,)),
        )
    if not value.get(_PRESERVE) and not node.properties() and "properties" not in node.mistyped:
        yield node.problem(
            SCHEMA_EXTENSION,
            f"{node.name} is an embedded resource whose fields would all be dropped: its schema "
            "has no `properties`.",
            f"Add `{_PRESERVE}: true`, or `properties`.",
            _EMBEDDED,
            key=True,
        )


def is_set(value: Any) -> bool:
    """Whether a keyword's value is more than Go's zero value."""
    return value is not None and value is not False and value not in ("", [], {})
