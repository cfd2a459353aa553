"""x-kubernetes-validations: rules in CEL. Their form and syntax; their types and costs are not
looked at."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool import codes
from xpkg_tool.rules.languages.cel_syntax import syntax_problem
from xpkg_tool.rules.languages.field_path import FieldPathError, resolve

from .node import Level, Problem, SchemaNode, as_schema

_KEYWORD = "x-kubernetes-validations"
_REASONS = ("FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired")


def check(node: SchemaNode) -> Iterator[Problem]:
    """All rules of a schema."""
    for index, rule in enumerate(node.value.get(_KEYWORD, ())):
        yield from _rule(node, rule or {}, index)


def _text(rule: Mapping[str, Any], field: str) -> str:
    value = rule.get(field)
    return value if isinstance(value, str) else ""


def _rule(node: SchemaNode, rule: Mapping[str, Any], index: int) -> Iterator[Problem]:
    def problem(message: str, remedy: str, field: str) -> Problem:
        return node.problem(codes.SCHEMA_RULE, message, remedy, _KEYWORD, index, field)

    where = f"rule {index + 1} of {node.name}"
    expression, message = _text(rule, "rule"), _text(rule, "message")
    if not expression.strip():
        yield problem(
            f"{where[:1].upper()}{where[1:]} is empty.", "Write a CEL expression.", "rule"
        )
    elif wrong := syntax_problem(expression):
        yield problem(
            f"The expression of {where} is no CEL: {wrong.reason}.", "Fix the expression.", "rule"
        )
    elif unknown := _unknown_field(node, expression):
        yield problem(f"The expression of {where} reads {unknown}", _UNKNOWN_REMEDY, "rule")
    if message and not message.strip():
        yield problem(f"The message of {where} is empty.", "Write one, or remove it.", "message")
    elif _has_break(message.strip()):
        yield problem(
            f"The message of {where} has a line break.", "Write it in one line.", "message"
        )
    elif _has_break(expression.strip()) and not message.strip():
        yield problem(
            f"The expression of {where} has line breaks, and there is no message to show instead.",
            "Add a `message` of one line, or write the expression in one line.",
            "message",
        )
    yield from _message_expression(node, where, _text(rule, "messageExpression"), problem)
    reason = rule.get("reason")
    if isinstance(reason, str) and reason not in _REASONS:
        yield problem(
            f"`{reason}` is no reason that Kubernetes knows, but {where} has it.",
            f"Known are {', '.join(_REASONS)}.",
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
            f"The `{field}` of {where} is no CEL: {wrong.reason}.", "Fix the expression.", field
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
            f"The `fieldPath` of {where} leads nowhere: {error}.",
            "Write a path from the object of the rule to a field that its schema describes, such "
            "as `.field` or `.field['name']`.",
            "fieldPath",
        )


_UNKNOWN_REMEDY = (
    "Read fields that the schema describes; of the metadata there are only `name` and "
    "`generateName`."
)


def _unknown_field(node: SchemaNode, expression: str) -> str:
    """The end of a sentence that names a field of the whole object which the expression reads and
    Kubernetes does not know; empty where there is none."""
    if node.place.level is not Level.ROOT:
        return ""
    from xpkg_tool.rules.languages.cel_selections import selections

    for names in selections(expression):
        for count in range(1, len(names) + 1):
            holder = ".".join(("self", *names[: count - 1]))
            if _is_unknown(node, names[:count]):
                return f"`{holder}.{names[count - 1]}`, and there is no such field."
    return ""


def _is_unknown(node: SchemaNode, names: tuple[str, ...]) -> bool:
    """Whether the last name is certainly none of the fields of what the others lead to."""
    if names[0] in ("apiVersion", "kind"):
        return False
    if names[0] == "metadata":
        return len(names) == 2 and names[1] not in ("name", "generateName")
    schema: Mapping[str, Any] | None = node.value
    for name in names[:-1]:
        schema = as_schema((schema.get("properties") or {}).get(name)) if schema else None
    if not schema or schema.get("type") != "object":
        return False
    properties = schema.get("properties")
    # Names that are none in CEL are written in another way: with underscores, or in backquotes.
    return (
        isinstance(properties, dict)
        and bool(properties)
        and names[-1] not in properties
        and "__" not in names[-1]
        and "additionalProperties" not in schema
    )


def _has_break(text: str) -> bool:
    return "\n" in text or "\r" in text
