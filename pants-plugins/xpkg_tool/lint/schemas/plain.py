"""Schemas that need no rule: most of all that there are."""

from __future__ import annotations

from typing import Any

_TYPES = frozenset({"array", "boolean", "integer", "number", "object", "string"})
_SIMPLE_TYPES = frozenset({"boolean", "integer", "number", "string"})
_TEXTS = frozenset({"description", "title", "format"})
_COUNTS = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
)
_INT64 = 2**63
_LIMITS_OF_TEXTS = frozenset({"format", "minLength", "maxLength"})


def is_plain(schema: Any) -> bool:
    """Whether nothing can be wrong with the schema of a field or of an item, apart from the schemas
    under its `properties` and `items`, which are mappings. In doubt the answer is no.

    Called for each schema: types are compared, which takes less time than isinstance.
    """
    if type(schema) is not dict:
        return False
    kind = None
    for key, part in schema.items():
        if key == "type":
            if type(part) is not str or part not in _TYPES:
                return False
            kind = part
        elif key in _TEXTS:
            if type(part) is not str:
                return False
        elif key == "properties" or key == "items":
            if type(part) is not dict:
                return False
        elif key == "required":
            properties = schema.get("properties")
            if type(part) is not list or type(properties) is not dict:
                return False
            for name in part:
                if type(name) is not str or name not in properties:
                    return False
        elif key == "enum":
            if type(part) is not list or schema.get("type") != "string":
                return False
            for choice in part:
                if type(choice) is not str:
                    return False
        elif key in _COUNTS:
            if type(part) is not int or not 0 <= part < _INT64:
                return False
            if key[:3] == "min" and schema.get(f"max{key[3:]}") is not None:
                return False
        elif key == "additionalProperties":
            # A mapping from names to values of a simple type.
            if type(part) is not dict or len(part) != 1 or "properties" in schema:
                return False
            kind_of_values = part.get("type")
            if type(kind_of_values) is not str or kind_of_values not in _SIMPLE_TYPES:
                return False
        elif key == "x-kubernetes-map-type":
            if part not in ("atomic", "granular") or schema.get("type") != "object":
                return False
        elif key == "default":
            # A text for which nothing is asked but that it is one of some.
            if type(part) is not str or schema.get("type") != "string":
                return False
            if not schema.keys().isdisjoint(_LIMITS_OF_TEXTS):
                return False
            choices = schema.get("enum")
            if choices is not None and (type(choices) is not list or part not in choices):
                return False
        elif key == "x-kubernetes-list-type":
            if not _is_list_of_scalars(schema, part):
                return False
        elif key == "nullable":
            if type(part) is not bool:
                return False
        else:
            return False
    return kind is not None and (kind != "array" or "items" in schema)


def _is_list_of_scalars(schema: Any, list_type: Any) -> bool:
    if list_type not in ("atomic", "set") or schema.get("type") != "array":
        return False
    items = schema.get("items")
    if type(items) is not dict or items.get("nullable"):
        return False
    kind = items.get("type")
    return type(kind) is str and kind in _SIMPLE_TYPES
