"""x-kubernetes-validations: rules in CEL. Their form and syntax, and what is certain of the fields
they read and of their costs without a type checker."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.cel.syntax import syntax_problem
from xpkg_tool.kubernetes.openapi.field_path import FieldPathError, resolve
from xpkg_tool.kubernetes.openapi.node import (
    IMPLIED,
    Level,
    Problem,
    SchemaNode,
    as_schema,
    field_name,
    path_of,
)

SCHEMA_RULE = Rule("XP433", "schema-rule", "A validation rule is not valid.")

_KEYWORD = "x-kubernetes-validations"
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")


def check(node: SchemaNode) -> Iterator[Problem]:
    """All rules of a schema."""
    if node.value.get(_KEYWORD) and node.is_structural and not _has_cel_type(node.value):
        yield node.problem(
            SCHEMA_RULE,
            f"The schema of {node.name} has rules, but no type for CEL: the value, or something in "
            "it, has no `type`.",
            "Add the `type`, or put the rules on an object around it and do not read it.",
            _KEYWORD,
            key=True,
        )
        return
    for index, rule in enumerate(node.value.get(_KEYWORD, ())):
        yield from _rule(node, rule or {}, index)


def check_repeated(root: Mapping[str, Any], node: SchemaNode) -> Iterator[Problem]:
    """The rules of a schema inside a list or mapping of `root` that has no limit: such a rule is
    applied to each member, and must not loop itself over what has none either."""
    holder = _unlimited_around(root, path_of(node.way))
    for index, rule in enumerate(node.value.get(_KEYWORD, ()) if holder else ()):
        expression = _text(rule or {}, "rule")
        if not expression.strip() or syntax_problem(expression):
            continue
        loop = _endless_loop(node, expression)
        if loop and not _endless_loops(node, expression):
            yield node.problem(
                SCHEMA_RULE,
                f"The expression of rule {index + 1} of {node.name} loops over {loop} and is "
                f"applied to each member of {holder}, and neither has a limit: Kubernetes refuses "
                "it for its estimated cost.",
                "Limit both: `maxItems` for a list, `maxProperties` for a mapping.",
                *(_KEYWORD, index, "rule"),
            )


def _unlimited_around(root: Mapping[str, Any], path: PathOf) -> str | None:
    """The outermost list or mapping without a limit on the path from `root`; None if there is
    none."""
    schema: Any = root
    for index, step in enumerate(path):
        if not isinstance(schema, dict):
            return None
        is_schema = index == 0 or path[index - 1] != "properties" or _is_name(path, index - 1)
        if is_schema and step in ("items", "additionalProperties") and _is_unlimited(schema):
            return field_name(path[:index])
        schema = schema.get(step)
    return None


def _is_name(path: PathOf, index: int) -> bool:
    """Whether the step is the name of a property, not a keyword."""
    names = 0
    while index > names and path[index - names - 1] == "properties":
        names += 1
    return names % 2 == 1


def _endless_loop(node: SchemaNode, expression: str) -> str | None:
    """A field without a limit that the expression loops over; None if there is none."""
    from xpkg_tool.kubernetes.cel.loops import loops

    for loop in loops(expression):
        schema = _led_to(node.value, loop.inner)
        if loop.search and as_schema(schema) and schema.get("type") != "array":
            continue
        if _is_unlimited(schema):
            return _shown(loop.inner)
    return None


def _text(rule: Mapping[str, Any], field: str) -> str:
    value = rule.get(field)
    return value if isinstance(value, str) else ""


def _rule(node: SchemaNode, rule: Mapping[str, Any], index: int) -> Iterator[Problem]:
    def problem(message: str, remedy: str, field: str) -> Problem:
        return node.problem(SCHEMA_RULE, message, remedy, _KEYWORD, index, field)

    where = f"rule {index + 1} of {node.name}"
    expression, message = _text(rule, "rule"), _text(rule, "message")
    if not expression.strip():
        yield problem(
            f"{where[:1].upper()}{where[1:]} is empty.", "Write a CEL expression.", "rule"
        )
    elif wrong := syntax_problem(expression):
        yield problem(
            f"The expression of {where} is not valid CEL: {wrong.reason}.",
            "Fix the expression.",
            "rule",
        )
    elif unknown := _unknown_field(node, expression):
        yield problem(f"The expression of {where} reads {unknown}", _UNKNOWN_REMEDY, "rule")
    elif loops := _endless_loops(node, expression):
        yield problem(
            f"The expression of {where} loops over {loops[1]} inside a loop over {loops[0]}, and "
            "neither has a limit: Kubernetes refuses it for its estimated cost.",
            "Limit both: `maxItems` for a list, `maxProperties` for a mapping.",
            "rule",
        )
    if message and not message.strip():
        yield problem(f"The message of {where} is empty.", "Write one, or remove it.", "message")
    elif _has_break(message.strip()):
        yield problem(
            f"The message of {where} has a line break.", "Write it on one line.", "message"
        )
    elif _has_break(expression.strip()) and not message.strip():
        yield problem(
            f"The expression of {where} has line breaks, and there is no message to show instead.",
            "Add a `message` of one line, or write the expression on one line.",
            "message",
        )
    yield from _message_expression(node, where, _text(rule, "messageExpression"), problem)
    reason = rule.get("reason")
    if isinstance(reason, str) and reason not in _REASONS:
        yield problem(
            f"The reason of {where} is `{reason}`, which is not a supported value.",
            f"Supported values: {', '.join(_REASONS)}.",
            "reason",
        )
    yield from _field_path(node, where, _text(rule, "fieldPath"), problem)


def _message_expression(
    node: SchemaNode, where: str, expression: str, problem: Any
) -> Iterator[Problem]:
    field = "messageExpression"
    if expression and not expression.strip():
        yield problem(f"The `{field}` of {where} is empty.", "Write one, or remove it.", field)
    elif expression and (wrong := syntax_problem(expression)):
        yield problem(
            f"The `{field}` of {where} is not valid CEL: {wrong.reason}.",
            "Fix the expression.",
            field,
        )
    elif unknown := _unknown_field(node, expression):
        yield problem(f"The `{field}` of {where} reads {unknown}", _UNKNOWN_REMEDY, field)


def _field_path(node: SchemaNode, where: str, path: str, problem: Any) -> Iterator[Problem]:
    if not path:
        return
    if not path.strip() or _has_break(path):
        yield problem(
            f"The `fieldPath` of {where} is empty or has a line break.",
            "Write a path such as `.field`.",
            "fieldPath",
        )
        return
    try:
        resolve(path, node.value)
    except FieldPathError as error:
        yield problem(
            f"The `fieldPath` of {where} is not valid: {error}.",
            "Write a path from the rule's object to a field that its schema describes, such as "
            "`.field` or `.field['name']`.",
            "fieldPath",
        )


# An object of this many bytes is small enough for so many in one request that a loop in a loop over
# them is ten times over the limit for the cost of a rule (3 MiB, 10,000,000).
_SMALL = 300


def _endless_loops(node: SchemaNode, expression: str) -> tuple[str, str] | None:
    """A field with a loop over it and another one with a loop inside that, of which neither has a
    limit; None where there are none, or where their cost is not certain."""
    from xpkg_tool.kubernetes.cel.loops import nested_loops

    for loop in nested_loops(expression):
        schemas = [_led_to(node.value, chain) for chain in (loop.outer, loop.inner)]
        if loop.search and as_schema(schemas[1]) and schemas[1].get("type") != "array":
            continue
        if all(_is_unlimited(schema) for schema in schemas):
            return _shown(loop.outer), _shown(loop.inner)
    return None


def _shown(chain: tuple[str, ...]) -> str:
    return f"`{'.'.join(('self', *chain)).replace('.[]', '[]')}`"


def _led_to(schema: Any, chain: tuple[str, ...]) -> Any:
    for step in chain:
        if not isinstance(schema, dict):
            return None
        properties = schema.get("properties")
        if step == "[]":
            schema = schema.get("items")
        else:
            schema = properties.get(step) if isinstance(properties, dict) else None
    return schema


def _is_unlimited(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "array":
        return schema.get("maxItems") is None and _least_size(schema.get("items")) <= _SMALL
    values = schema.get("additionalProperties")
    return (
        schema.get("type") == "object"
        and schema.get("maxProperties") is None
        and isinstance(values, dict)
        and _least_size(values) <= _SMALL
    )


def _least_size(schema: Any, depth: int = 0) -> int:
    """How many bytes of JSON a value has at least, or more; what is not certain counts as large."""
    if not isinstance(schema, dict) or depth > 20:
        return _SMALL + 1
    # `""`, `{}`, `[]` or a number; what has a format, such as a time, has some more.
    size = 30 if schema.get("format") else 2
    required, properties = schema.get("required"), schema.get("properties")
    if isinstance(required, list) and isinstance(properties, dict):
        for name in required:
            if size > _SMALL:
                break
            inner = properties.get(name) if isinstance(name, str) else None
            # Its name in quotes, a colon and a comma.
            size += len(str(name)) + 4 + _least_size(inner, depth + 1)
    return size


_UNKNOWN_REMEDY = (
    "Read fields that the schema describes; of the object's metadata only `name` and "
    "`generateName` are available."
)
_WITHOUT_FIELDS = ("array", "boolean", "integer", "number", "string")
_EMBEDDED = "x-kubernetes-embedded-resource"


def _unknown_field(node: SchemaNode, expression: str) -> str:
    """The end of a sentence that names a field which the expression reads and Kubernetes does not
    know; empty where there is none."""
    from xpkg_tool.kubernetes.cel.selections import selections

    for names in selections(expression):
        schema: Mapping[str, Any] | None = node.value
        is_root = node.place.level is Level.ROOT
        for count, name in enumerate(names):
            if schema is None or _is_known(schema, name, is_root):
                break
            if name not in schema.get("properties", {}):
                holder = ".".join(("self", *names[:count]))
                if schema["type"] != "object":
                    return f"`{holder}.{name}`, and the type of `{holder}` is `{schema['type']}`."
                return f"`{holder}.{name}`, and there is no such field."
            schema, is_root = as_schema(schema["properties"][name]), False
            if schema is not None and not _has_cel_type(schema):
                whole = ".".join(("self", *names[: count + 1]))
                return (
                    f"`{whole}`, which CEL does not know, since it, or something in it, has no "
                    "`type`."
                )
        of_metadata = (
            names[1:2] if names[0] == "metadata" and node.place.level is Level.ROOT else ()
        )
        if not set(of_metadata) <= {"name", "generateName"}:
            return f"`self.metadata.{of_metadata[0]}`, and there is no such field."
    return ""


def _has_cel_type(schema: Any, depth: int = 0) -> bool:
    """Whether there is a type of CEL for the values of a schema. A field without one does not
    exist in CEL, and rules cannot stand on it."""
    if not isinstance(schema, dict) or depth > 50 or schema.get("x-kubernetes-int-or-string"):
        return True
    if schema.get("type") == "array":
        return _has_cel_type(schema.get("items"), depth + 1)
    if schema.get("type") == "object":
        return _has_cel_type(schema.get("additionalProperties"), depth + 1)
    return bool(schema.get("type"))


def _is_known(schema: Mapping[str, Any], name: str, is_root: bool) -> bool:
    """Whether there is nothing to say of the field `name` and what is inside it: Kubernetes knows
    it, or it is not certain which fields there are."""
    if schema.get("x-kubernetes-int-or-string") or not schema.get("type"):
        return True
    if schema["type"] in _WITHOUT_FIELDS:
        return False
    if schema["type"] != "object" or not isinstance(schema.get("properties", {}), dict):
        return True
    if isinstance(schema.get("additionalProperties"), dict):
        return True
    # Names that are none in CEL are written in another way, such as `__dash__` for a dash.
    return "__" in name or (name in IMPLIED and (is_root or bool(schema.get(_EMBEDDED))))


def _has_break(text: str) -> bool:
    return "\n" in text or "\r" in text
