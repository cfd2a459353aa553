"""x-kubernetes-validations: rules in CEL. Their form and syntax; their types and costs are not
looked at."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool import codes
from xpkg_tool.rules.languages.cel_syntax import syntax_problem
from xpkg_tool.rules.languages.field_path import FieldPathError, resolve

from .node import Problem, SchemaNode

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
            f"The expression of {where} is no CEL: {wrong.reason}.", "Mend the expression.", "rule"
        )
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
    yield from _message_expression(where, _text(rule, "messageExpression"), problem)
    reason = rule.get("reason")
    if isinstance(reason, str) and reason not in _REASONS:
        yield problem(
            f"`{reason}` is no reason that Kubernetes knows, but {where} has it.",
            f"Known are {', '.join(_REASONS)}.",
            "reason",
        )
    yield from _field_path(node, where, _text(rule, "fieldPath"), problem)


def _message_expression(where: str, expression: str, problem: Any) -> Iterator[Problem]:
    field = "messageExpression"
    if expression and not expression.strip():
        yield problem(f"The `{field}` of {where} is empty.", "Write one, or remove it.", field)
    elif expression and (wrong := syntax_problem(expression)):
        yield problem(
            f"The `{field}` of {where} is no CEL: {wrong.reason}.", "Mend the expression.", field
        )


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


def _has_break(text: str) -> bool:
    return "\n" in text or "\r" in text
