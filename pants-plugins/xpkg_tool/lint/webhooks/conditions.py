"""The conditions in CEL under which a webhook is asked: `matchConditions`."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.cel.names import free_variables
from xpkg_tool.kubernetes.cel.syntax import syntax_problem
from xpkg_tool.lint.fields import missing, shown
from xpkg_tool.lint.subject import Subject, dotted
from xpkg_tool.lint.webhooks.selectors import is_qualified_name

WEBHOOK_CONDITION = Rule("XP504", "webhook-condition", "A webhook's condition is not valid.")

_MOST = 64
_KNOWN = "`object`, `oldObject`, `request`, `authorizer` or `namespaceObject`"
# Variables that Kubernetes has in other CEL expressions, such as those of schemas and policies.
_OF_OTHERS = ("self", "oldSelf", "params", "variables")


def check_conditions(subject: Subject, path: PathOf, conditions: Any) -> Iterator[Finding]:
    """All findings for the conditions at `path` (XP504), and what they lack (XP208)."""
    if not isinstance(conditions, list):
        return
    if len(conditions) > _MOST:
        yield subject.finding(
            WEBHOOK_CONDITION,
            f"The webhook has {len(conditions)} conditions; Kubernetes accepts at most {_MOST}.",
            "Combine some of them with `&&`.",
            (*path, _MOST),
        )
    first: dict[str, int] = {}
    for index, condition in enumerate(conditions):
        if condition is None or isinstance(condition, dict):
            at = (*path, index)
            yield from _condition(subject, at, condition or {})
            name = (condition or {}).get("name")
            if isinstance(name, str) and first.setdefault(name, index) < index and name:
                yield _finding(
                    subject,
                    (*at, "name"),
                    f"The webhook already has a condition named {shown(name)}, at "
                    f"`{dotted((*path, first[name]))}`.",
                    "Rename one of the two.",
                )


def _condition(subject: Subject, path: PathOf, condition: Mapping[str, Any]) -> Iterator[Finding]:
    name, expression = condition.get("name"), condition.get("expression")
    if name is None or name == "":
        yield missing(subject, (*path, "name"))
    elif isinstance(name, str) and not is_qualified_name(name):
        yield _finding(
            subject,
            (*path, "name"),
            f"{shown(name)} is not a valid name of a condition.",
            "Use at most 63 alphanumeric characters, `-`, `_` and `.`, with an alphanumeric "
            "character at both ends.",
        )
    if expression is None or (isinstance(expression, str) and not expression.strip()):
        yield missing(subject, (*path, "expression"))
    elif isinstance(expression, str):
        yield from _expression(subject, (*path, "expression"), expression)


def _expression(subject: Subject, path: PathOf, expression: str) -> Iterator[Finding]:
    wrong = syntax_problem(expression.strip())
    if wrong:
        message = f"`{dotted(path)}` is not a valid CEL expression: {wrong.reason}."
        yield _finding(subject, path, message, "Fix the expression.")
        return
    for name in free_variables(expression):
        if name in _OF_OTHERS:
            yield _finding(
                subject,
                path,
                f"`{dotted(path)}` uses the variable `{name}`, which the conditions of a webhook "
                "do not have.",
                f"Use {_KNOWN}.",
            )


def _finding(subject: Subject, path: PathOf, message: str, remedy: str) -> Finding:
    return subject.finding(WEBHOOK_CONDITION, message, remedy, path)
