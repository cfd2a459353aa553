"""How lists and mappings are merged: x-kubernetes-list-type, -list-map-keys and -map-type."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Problem, SchemaNode, as_schema
from xpkg_tool.lint.schemas.keywords import is_mistyped

SCHEMA_LIST = Rule("XP430", "schema-list", "The type of a list or map does not fit its schema.")

_LIST_TYPE = "x-kubernetes-list-type"
_KEYS = "x-kubernetes-list-map-keys"
_MAP_TYPE = "x-kubernetes-map-type"


def check(node: SchemaNode) -> Iterator[Problem]:
    """The three keywords of a schema, together with the schema of its items."""
    value = node.value
    if _MAP_TYPE in value:
        yield from _one_of(node, _MAP_TYPE, ("atomic", "granular"))
        yield from _wants_type(node, _MAP_TYPE, "object")
    if _LIST_TYPE in value:
        yield from _one_of(node, _LIST_TYPE, ("atomic", "set", "map"))
        yield from _wants_type(node, _LIST_TYPE, "array")
        items = node.schema("items")
        if value[_LIST_TYPE] == "set" and value.get("type") == "array" and items is not None:
            yield from _set_items(node, items)
        elif value[_LIST_TYPE] == "map":
            yield from _map(node, items)
        if value[_LIST_TYPE] in ("set", "map") and items and items.get("nullable"):
            yield node.problem(
                SCHEMA_LIST,
                f"The items of {node.name} must not be `nullable`: its list type is "
                f"`{value[_LIST_TYPE]}`.",
                "Remove `nullable`.",
                "items",
                "nullable",
            )
    if value.get(_KEYS) and value.get(_LIST_TYPE) != "map" and _LIST_TYPE not in node.mistyped:
        yield node.problem(
            SCHEMA_LIST,
            f"The schema of {node.name} has `{_KEYS}`, but not `{_LIST_TYPE}: map`.",
            f"Add `{_LIST_TYPE}: map`, or remove the keys.",
            *((_LIST_TYPE,) if _LIST_TYPE in value else (_KEYS,)),
            key=_LIST_TYPE not in value,
        )


def _one_of(node: SchemaNode, keyword: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if node.value[keyword] not in known:
        yield node.problem(
            SCHEMA_LIST,
            f"The `{keyword}` of {node.name} is `{node.value[keyword]}`, which is not a supported "
            "value.",
            f"Supported values: {', '.join(known)}.",
            keyword,
        )


def _wants_type(node: SchemaNode, keyword: str, kind: str) -> Iterator[Problem]:
    if node.value.get("type") != kind and "type" not in node.mistyped:
        yield node.problem(
            SCHEMA_LIST,
            f"`{keyword}` requires `type: {kind}`, which the schema of {node.name} does not have.",
            f"Write `type: {kind}`, or remove `{keyword}`.",
            *(("type",) if "type" in node.value else (keyword,)),
            key="type" not in node.value,
        )


def _set_items(node: SchemaNode, items: Mapping[str, Any]) -> Iterator[Problem]:
    kind = items.get("type")
    if kind == "array" and items.get(_LIST_TYPE) not in (None, "atomic"):
        keyword = _LIST_TYPE
    elif kind == "object" and items.get(_MAP_TYPE) != "atomic":
        keyword = _MAP_TYPE
    else:
        return
    yield node.problem(
        SCHEMA_LIST,
        f"{node.name} is a set, so its items must be atomic, which they are not.",
        f"Add `{keyword}: atomic` to the schema of the items.",
        "items",
        *((keyword,) if keyword in items else ()),
        key=keyword not in items,
    )


def _map(node: SchemaNode, items: Mapping[str, Any] | None) -> Iterator[Problem]:
    if not node.value.get(_KEYS) and _KEYS not in node.mistyped:
        yield node.problem(
            SCHEMA_LIST,
            f"{node.name} is a list of type `map`, but has no `{_KEYS}`.",
            f"Add `{_KEYS}: [...]` with the fields that identify an item.",
            _LIST_TYPE,
            key=True,
        )
    if items is None:
        # Where items are missing from an array, that is said elsewhere.
        if node.value.get("type") != "array" and "items" not in node.mistyped:
            yield node.problem(
                SCHEMA_LIST,
                f"{node.name} is a list of type `map`, but its schema has no `items`.",
                "Add the schema of one item.",
                _LIST_TYPE,
                key=True,
            )
        return
    if is_mistyped(items, "type", "properties", "required"):
        return
    if items.get("type") != "object":
        yield node.problem(
            SCHEMA_LIST,
            f"The items of {node.name} must be objects: it is a list of type `map`.",
            "Write `type: object` in the schema of the items.",
            "items",
            *(("type",) if "type" in items else ()),
            key="type" not in items,
        )
        return
    yield from _keys(node, items)


def _keys(node: SchemaNode, items: Mapping[str, Any]) -> Iterator[Problem]:
    properties = items.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = items.get("required")
    required = required if isinstance(required, list) else []
    keys = node.value.get(_KEYS) or []
    seen: set[str | None] = set()
    for index, key in enumerate(keys):
        if key is None:
            yield node.problem(
                SCHEMA_LIST,
                f"A key of {node.name} is null.",
                "Remove the entry, or name a property of the items.",
                _KEYS,
                index,
            )
            continue
        if key in seen:
            yield node.problem(
                SCHEMA_LIST,
                f"`{key}` is listed twice in the keys of {node.name}.",
                "Remove one of them.",
                _KEYS,
                index,
            )
            continue
        seen.add(key)
        schema = as_schema(properties.get(key)) if key in properties else None
        if key not in properties:
            yield node.problem(
                SCHEMA_LIST,
                f"`{key}` is a key of {node.name}, but the items have no such property.",
                "Fix the name, or describe the property.",
                _KEYS,
                index,
            )
        elif schema is not None:
            yield from _key(node, key, schema, key in required)


def _key(
    node: SchemaNode, key: str, schema: Mapping[str, Any], is_required: bool
) -> Iterator[Problem]:
    steps = ("items", "properties", key)
    if schema.get("type") in ("array", "object"):
        yield node.problem(
            SCHEMA_LIST,
            f"`{key}` is a key of {node.name} and must have a scalar type, not `{schema['type']}`.",
            "Use a string, a number or a boolean as the key.",
            *steps,
            "type",
        )
    if not is_required and schema.get("default") is None:
        yield node.problem(
            SCHEMA_LIST,
            f"`{key}` is a key of {node.name}, so it must be required or have a default.",
            f"Add `required: [{key}]` to the schema of the items, or a `default`.",
            *steps,
            key=True,
        )
    if schema.get("nullable"):
        yield node.problem(
            SCHEMA_LIST,
            f"`{key}` is a key of {node.name} and must not be `nullable`.",
            "Remove `nullable`.",
            *steps,
            "nullable",
        )
