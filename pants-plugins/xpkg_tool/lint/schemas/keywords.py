"""The keywords of a schema and the types of their values: Go's JSONSchemaProps.

A value of another type fails the build of the package. An unknown keyword is dropped silently, and
what it should validate is never validated.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Level, Place, Problem, SchemaNode, Way
from xpkg_tool.lint.shapes import ANYTHING, Struct, described, nearest_field

SCHEMA_TYPE = Rule(
    "XP420", "schema-type", "A keyword of a schema has a value of the wrong type.", fatal=True
)
SCHEMA_UNKNOWN = Rule("XP421", "schema-unknown-keyword", "A schema has an unknown keyword.")

_INT64 = range(-(2**63), 2**63)

QUOTE = "Put the value in quotes if you mean a string."


_Test = Callable[[Any], bool]


def _of(*types: type) -> _Test:
    return lambda value: type(value) in types


def _list_of(kind: type) -> _Test:
    return lambda value: (
        type(value) is list and all(item is None or type(item) is kind for item in value)
    )


def _is_integer(value: Any) -> bool:
    return type(value) is int and value in _INT64


_is_strings = _list_of(str)
_is_schemas = _list_of(dict)


def _is_schema_map(value: Any) -> bool:
    return type(value) is dict and _is_schemas(list(value.values()))


def _is_items(value: Any) -> bool:
    return type(value) is dict or _is_schemas(value)


def _is_dependencies(value: Any) -> bool:
    return type(value) is dict and all(
        item is None or type(item) is dict or _is_strings(item) for item in value.values()
    )


# What is wanted in words, and the test for it.
_Wanted = tuple[str, _Test]
_STRING: _Wanted = ("a string", _of(str))
_BOOLEAN: _Wanted = ("a boolean", _of(bool))
_NUMBER: _Wanted = ("a number", _of(int, float))
_INTEGER: _Wanted = ("an integer", _is_integer)
_SCHEMAS: _Wanted = ("a list of schemas", _is_schemas)
_SCHEMA_MAP: _Wanted = ("a mapping from names to schemas", _is_schema_map)
_SCHEMA_OR_BOOLEAN: _Wanted = ("a schema or a boolean", _of(dict, bool))
_STRINGS: _Wanted = ("a list of strings", _is_strings)
_ANYTHING: _Wanted = ("anything", lambda _: True)

KEYWORDS: Mapping[str, _Wanted] = {
    **dict.fromkeys(("id", "$schema", "$ref", "description", "type", "format", "title"), _STRING),
    **dict.fromkeys(("default", "example"), _ANYTHING),
    **dict.fromkeys(("maximum", "minimum", "multipleOf"), _NUMBER),
    **dict.fromkeys(("exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "nullable"), _BOOLEAN),
    **dict.fromkeys(("maxLength", "minLength", "maxItems", "minItems"), _INTEGER),
    **dict.fromkeys(("maxProperties", "minProperties"), _INTEGER),
    "pattern": _STRING,
    "enum": ("a list", _of(list)),
    "required": _STRINGS,
    "items": ("a schema", _is_items),
    **dict.fromkeys(("allOf", "oneOf", "anyOf"), _SCHEMAS),
    "not": ("a schema", _of(dict)),
    **dict.fromkeys(("properties", "patternProperties", "definitions"), _SCHEMA_MAP),
    **dict.fromkeys(("additionalProperties", "additionalItems"), _SCHEMA_OR_BOOLEAN),
    "dependencies": ("a mapping", _is_dependencies),
    "externalDocs": ("a mapping", _of(dict)),
    "x-kubernetes-preserve-unknown-fields": _BOOLEAN,
    "x-kubernetes-embedded-resource": _BOOLEAN,
    "x-kubernetes-int-or-string": _BOOLEAN,
    "x-kubernetes-list-map-keys": _STRINGS,
    "x-kubernetes-list-type": _STRING,
    "x-kubernetes-map-type": _STRING,
    "x-kubernetes-validations": ("a list of mappings", _is_schemas),
}

_RULE: Mapping[str, _Wanted] = {
    **dict.fromkeys(("rule", "message", "messageExpression", "reason", "fieldPath"), _STRING),
    "optionalOldSelf": _BOOLEAN,
}
_DOCUMENTATION = frozenset({"description", "title", "example", "externalDocs"})
_EXTERNAL_DOCS: Mapping[str, _Wanted] = {"description": _STRING, "url": _STRING}

# What people write that OpenAPI, JSON Schema or Go have and Kubernetes has not, and what helps.
_ELSEWHERE = {
    "const": "Use `enum` with one value.",
    "examples": "Use `example`.",
    "discriminator": "Kubernetes has no discriminators: remove it.",
    "readOnly": "Remove it; read-only fields belong in `status`.",
    "writeOnly": "Remove it; Kubernetes always shows what it keeps.",
    "deprecated": "Say so in the `description`; whole versions have the field `deprecated`.",
    "$defs": "Write the schema out where it is used.",
}


def check(value: Mapping[str, Any], way: Way, place: Place) -> tuple[SchemaNode, list[Problem]]:
    """The schema without what is null, unknown or of a wrong type; and what is wrong with these."""
    right: dict[str, Any] = {}
    mistyped: set[str] = set()
    node = SchemaNode(right, way, place, mistyped)
    problems: list[Problem] = []
    for keyword, part in value.items():
        known = KEYWORDS.get(keyword)
        if known is None:
            problems.append(_unknown(node, keyword, KEYWORDS))
        elif part is not None:
            if known[1](part):
                right[keyword] = part
            else:
                mistyped.add(keyword)
                problems.extend(_mistyped(node, keyword, known[0], part))
    for index, rule in enumerate(right.get("x-kubernetes-validations", ())):
        problems += _struct(node, rule or {}, _RULE, "x-kubernetes-validations", index)
    problems += _struct(node, right.get("externalDocs", {}), _EXTERNAL_DOCS, "externalDocs")
    return node, problems


def is_mistyped(schema: Mapping[str, Any], *keywords: str) -> bool:
    """Whether one of these has a value of a wrong type in a schema inside another. That is said of
    it, so that nothing follows from it."""
    return any(
        schema.get(keyword) is not None and not KEYWORDS[keyword][1](schema[keyword])
        for keyword in keywords
    )


def no_schema(value: Any, way: Way) -> Problem:
    """A property whose schema is not a mapping."""
    holder, steps = way if way is not None else (None, ())
    return _wrong(SchemaNode({}, holder, Place(Level.FIELD)), "a mapping", value, *steps)


def _struct(
    node: SchemaNode,
    value: Mapping[str, Any],
    fields: Mapping[str, _Wanted],
    *steps: str | int,
) -> Iterator[Problem]:
    for field, part in value.items():
        if field not in fields:
            yield _unknown(node, field, fields, *steps)
        elif part is not None and not fields[field][1](part):
            yield _wrong(node, fields[field][0], part, *steps, field)


def _unknown(
    node: SchemaNode, keyword: str, known: Mapping[str, Any], *steps: str | int
) -> Problem:
    nearest = nearest_field(keyword, Struct(dict.fromkeys(known, ANYTHING)))
    # What only documents is of no use to the cluster.
    documents = known is _EXTERNAL_DOCS or (known is KEYWORDS and nearest in _DOCUMENTATION)
    severity = WARNING if documents else ERROR
    remedy = _ELSEWHERE.get(keyword) if known is KEYWORDS else None
    if remedy is None:
        remedy = f"Did you mean `{nearest}`?" if nearest else "Remove it, or fix its name."
    where = f"`{steps[0]}` in the schema" if steps else "The schema"
    return node.problem(
        SCHEMA_UNKNOWN,
        f"{where} of {node.name} has the keyword `{keyword}`, which Kubernetes does not know and "
        "drops.",
        remedy,
        *steps,
        keyword,
        key=True,
        severity=severity,
    )


def _mistyped(node: SchemaNode, keyword: str, wanted: str, part: Any) -> Iterator[Problem]:
    """The single wrong members of a list or mapping where it has the right form itself."""
    members: Iterator[tuple[str | int, Any]] = iter(())
    if type(part) is list and wanted.startswith("a list of"):
        members = ((index, item) for index, item in enumerate(part))
    elif type(part) is dict and wanted.startswith("a mapping from"):
        members = ((name, item) for name, item in part.items())
    item_type = str if wanted == "a list of strings" else dict
    bad = [(step, item) for step, item in members if not isinstance(item, (item_type, type(None)))]
    for step, item in bad:
        yield _wrong(node, "a string" if item_type is str else "a mapping", item, keyword, step)
    if not bad:
        yield _wrong(node, wanted, part, keyword)


def _wrong(node: SchemaNode, wanted: str, part: Any, *steps: str | int) -> Problem:
    name = steps[-1] if isinstance(steps[-1], str) else f"{steps[0]}[{steps[-1]}]"
    return node.problem(
        SCHEMA_TYPE,
        f"`{name}` in the schema of {node.name} must be {wanted}, got {described(part)}.",
        remedy_for(wanted, part),
        *steps,
    )


def remedy_for(wanted: str, part: Any) -> str:
    """What to do where `part` should be `wanted`."""
    if wanted == "a string" and not isinstance(part, (dict, list)):
        return QUOTE
    if wanted == "a boolean":
        wanted = "true or false"
    if wanted in ("true or false", "a number", "an integer") and isinstance(part, str):
        return f"Write {wanted}, without quotes."
    if wanted.startswith("a list") and not isinstance(part, (dict, list)):
        return "Write a list, even for one value: `[...]`, or lines that begin with `- `."
    return f"Write {wanted} here, or remove it."
