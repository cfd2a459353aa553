"""What Kubernetes accepts in a schema although it is hardly intended: warnings."""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import WARNING
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Problem, SchemaNode
from xpkg_tool.kubernetes.openapi.validation import type_of

SCHEMA_SUSPICIOUS = Rule(
    "XP434", "schema-doubt", "A keyword of a schema has no effect, or matches nothing.", WARNING
)

_RANGES = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_COUNTS = tuple(name for pair in _RANGES[1:] for name in pair)
_NUMBERS = ("integer", "number")


def check(node: SchemaNode) -> Iterator[Problem]:
    """A schema that no value matches, or with a part that never has an effect."""
    value = node.value
    for least, most in _RANGES:
        if least in value and most in value and value[least] > value[most]:
            yield _doubt(
                node,
                f"No value matches the schema of {node.name}: `{least}` is greater than `{most}`.",
                "Fix one of them.",
                least,
            )
    for keyword in _COUNTS:
        if keyword.startswith("max") and value.get(keyword, 0) < 0:
            yield _doubt(
                node,
                f"No value matches the schema of {node.name}: `{keyword}` is negative.",
                "Write 0 or a positive number.",
                keyword,
            )
    if value.get("multipleOf", 1) <= 0:
        yield _doubt(
            node,
            f"No value matches the schema of {node.name}: `multipleOf` must be greater than 0.",
            "Write a positive number, or remove it.",
            "multipleOf",
        )
    if "enum" in value:
        yield from _enum(node)
    if "required" in value and node.is_structural:
        yield from _required(node)


def _doubt(node: SchemaNode, message: str, remedy: str, *steps: str | int) -> Problem:
    return node.problem(SCHEMA_SUSPICIOUS, message, remedy, *steps)


def _enum(node: SchemaNode) -> Iterator[Problem]:
    wanted = node.value.get("type")
    for index, item in enumerate(node.value["enum"]):
        if wanted and item is not None and not _is_of(item, wanted):
            remedy = (
                "Put it in quotes." if wanted == "string" else f"Write a value of type `{wanted}`."
            )
            yield _doubt(
                node,
                f"A value of the `enum` of {node.name} has the type `{type_of(item)}`, so no "
                f"`{wanted}` ever equals it.",
                remedy,
                "enum",
                index,
            )


def _is_of(item: Any, wanted: str) -> bool:
    found = type_of(item)
    return found == wanted or (found in _NUMBERS and wanted in _NUMBERS)


def _required(node: SchemaNode) -> Iterator[Problem]:
    value, properties = node.value, node.properties()
    if not properties or value.get("type") != "object":
        return
    if value.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in value:
        return
    is_resource = not node.way or value.get("x-kubernetes-embedded-resource")
    implied = ("apiVersion", "kind", "metadata") if is_resource else ()
    for index, name in enumerate(value["required"]):
        if name and name not in properties and name not in implied:
            yield _doubt(
                node,
                f"No value matches the schema of {node.name}: `{name}` is required, but it is not "
                "one of the `properties`, so Kubernetes drops it.",
                "Describe the property, or fix the name.",
                "required",
                index,
            )
