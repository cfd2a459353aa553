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
# What the schema of a whole object has where it is plain, and what those of its IMPLIED properties
# have.
_OF_ROOT = frozenset({"description", "properties", "required", "type"})
_OF_OBJECTS = (("apiVersion", "string"), ("kind", "string"))
_PLAIN_TEXT = frozenset({"description", "title", "type"})
_METADATA = {"type": "object"}
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
            if not (_is_list_of_scalars(schema, part) or _is_list_map(schema, part)):
                return False
        elif key == "x-kubernetes-list-map-keys":
            if schema.get("x-kubernetes-list-type") != "map":
                return False
        elif key == "nullable":
            if type(part) is not bool:
                return False
        else:
            return False
    return kind is not None and (kind != "array" or "items" in schema)


def is_plain_root(schema: Any) -> bool:
    """The same for the schema of a whole object, apart from the schemas under its `properties` that
    are not node.IMPLIED. Those that are, which every object has, are looked at here."""
    if not is_plain(schema) or schema["type"] != "object" or not schema.keys() <= _OF_ROOT:
        return False
    properties = schema.get("properties", {})
    if properties.get("metadata", _METADATA) != _METADATA:
        return False
    for name, kind in _OF_OBJECTS:
        if name in properties:
            of_name = properties[name]
            if not is_plain(of_name) or of_name["type"] != kind or of_name.keys() - _PLAIN_TEXT:
                return False
    return True


def _is_list_map(schema: Any, list_type: Any) -> bool:
    """Whether the items of a list are objects, told apart by one field, as conditions are."""
    keys, items = schema.get("x-kubernetes-list-map-keys"), schema.get("items")
    if list_type != "map" or schema.get("type") != "array" or type(items) is not dict:
        return False
    if type(keys) is not list or len(keys) != 1 or type(keys[0]) is not str:
        return False
    properties, needed = items.get("properties"), items.get("required")
    if type(properties) is not dict or type(needed) is not list or keys[0] not in needed:
        return False
    field = properties.get(keys[0])
    if type(field) is not dict or field.get("nullable") or items.get("nullable"):
        return False
    kind = field.get("type")
    return items.get("type") == "object" and type(kind) is str and kind in _SIMPLE_TYPES


def _is_list_of_scalars(schema: Any, list_type: Any) -> bool:
    if list_type not in ("atomic", "set") or schema.get("type") != "array":
        return False
    items = schema.get("items")
    if type(items) is not dict or items.get("nullable"):
        return False
    kind = items.get("type")
    return type(kind) is str and kind in _SIMPLE_TYPES
