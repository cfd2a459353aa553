"""The schema of a whole object: what is allowed at its top, and in the schema of metadata."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Level, Problem, SchemaNode, as_schema
from xpkg_tool.lint.schemas.keywords import is_mistyped
from xpkg_tool.lint.schemas.structure import SCHEMA_ROOT, is_set

SCHEMA_METADATA = Rule(
    "XP427", "schema-metadata", "A schema restricts metadata, which belongs to Kubernetes."
)

_EMBEDDED = "x-kubernetes-embedded-resource"

# Of a schema with a status subresource, Kubernetes takes the status out; what else stands at the
# top must not change its meaning by that. True: it counts as there even if it is empty or false.
_NOT_WITH_STATUS = {
    "id": False,
    "$schema": False,
    "$ref": True,
    "default": True,
    "enum": True,
    "maxProperties": True,
    "minProperties": True,
    "allOf": True,
    "oneOf": True,
    "anyOf": True,
    "not": True,
    "additionalProperties": True,
    "patternProperties": True,
    "dependencies": True,
    "additionalItems": True,
    "definitions": True,
    "x-kubernetes-embedded-resource": False,
    "x-kubernetes-int-or-string": False,
    "x-kubernetes-list-map-keys": True,
    "x-kubernetes-list-type": True,
    "x-kubernetes-map-type": True,
}
_METADATA_KEYWORDS = frozenset(("type", "properties", "default", "example", "externalDocs"))


def check_root(node: SchemaNode, *, status: bool) -> Iterator[Problem]:
    """What only the schema of the whole object is checked for. `status`: there is a status
    subresource."""
    if node.value.get("nullable"):
        yield node.problem(
            SCHEMA_ROOT,
            "The whole object must not be `nullable`.",
            "Remove `nullable`.",
            "nullable",
        )
    for keyword, value in node.value.items() if status else ():
        if keyword in _NOT_WITH_STATUS and (_NOT_WITH_STATUS[keyword] or is_set(value)):
            yield node.problem(
                SCHEMA_ROOT,
                f"`{keyword}` is not allowed in the schema of the whole object when the version "
                "has a status subresource.",
                "Move it into the schema of `spec`, or use a rule under "
                "`x-kubernetes-validations`.",
                keyword,
                key=True,
            )


def check_metadata(node: SchemaNode) -> Iterator[Problem]:
    """The fields that every Kubernetes object has, in a schema that has `properties`."""
    is_resource = node.place.level is Level.ROOT or bool(node.value.get(_EMBEDDED))
    if not is_resource or not node.is_structural:
        return
    properties = node.properties()
    for name, wanted in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
        if name not in properties:
            continue
        schema = as_schema(properties[name]) or {}
        if schema.get("type") != wanted and not is_mistyped(schema, "type"):
            yield node.problem(
                SCHEMA_METADATA,
                f"`{name}` must have the type `{wanted}` in the schema of {node.name}.",
                f"Write `{name}: {{type: {wanted}}}`.",
                "properties",
                name,
                *(("type",) if "type" in schema else ()),
                key="type" not in schema,
            )
    if node.place.level is Level.ROOT and "metadata" in properties:
        yield from _root_metadata(node, as_schema(properties["metadata"]) or {})


def _root_metadata(node: SchemaNode, schema: Mapping[str, Any]) -> Iterator[Problem]:
    found = schema.get("properties")
    names = set(found) if isinstance(found, dict) else set()
    extra = sorted(
        keyword
        for keyword, value in schema.items()
        if keyword not in _METADATA_KEYWORDS and is_set(value)
    )
    if names <= {"name", "generateName"} and not extra:
        return
    others = sorted(names - {"name", "generateName"})
    steps = ("properties", others[0]) if others else (extra[0],)
    yield node.problem(
        SCHEMA_METADATA,
        "The schema may only restrict `name` and `generateName` of the metadata, but it has "
        f"`{steps[-1]}`.",
        "Write `metadata: {type: object}`; Kubernetes adds the rest.",
        "properties",
        "metadata",
        *steps,
        key=True,
    )
