"""`oldSelf` in x-kubernetes-validations: where a rule can use it, and how.

The rules are those of apiextensions-apiserver (pkg/apis/apiextensions/validation): Kubernetes must
find the old value that belongs to a new one, which it can in mappings, and in lists of type `map`
only.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.cel.names import calls_on, uses
from xpkg_tool.kubernetes.cel.syntax import syntax_problem
from xpkg_tool.kubernetes.openapi.node import Problem, SchemaNode, field_name, path_of
from xpkg_tool.lint.schemas.structure import TYPES

SCHEMA_OLD_SELF = Rule("XP435", "old-self", "A validation rule uses `oldSelf` where there is none.")

_KEYWORD = "x-kubernetes-validations"
_OLD = "oldSelf"
_OPTIONAL = "optionalOldSelf"
# The functions of an optional value, which no other value has.
_OF_OPTIONALS = ("hasValue", "value", "orValue", "or", "optMap", "optFlatMap")


def check(root: Mapping[str, Any], node: SchemaNode) -> Iterator[Problem]:
    """All problems with `oldSelf` in the rules of the schema at `node`, a part of `root`."""
    for index, rule in enumerate(node.value.get(_KEYWORD, ())):
        expression = rule.get("rule") if isinstance(rule, dict) else None
        # What cannot be read is another finding.
        if isinstance(expression, str) and expression.strip() and not syntax_problem(expression):
            yield from _rule(root, node, index, rule, expression)


def _rule(
    root: Mapping[str, Any], node: SchemaNode, index: int, rule: Mapping[str, Any], expression: str
) -> Iterator[Problem]:
    where = f"rule {index + 1} of {node.name}"
    optional = rule.get(_OPTIONAL)
    if not uses(expression, _OLD):
        if optional is not None:
            yield node.problem(
                SCHEMA_OLD_SELF,
                f"{where[:1].upper()}{where[1:]} has `{_OPTIONAL}`, but does not use `{_OLD}`.",
                f"Remove `{_OPTIONAL}`.",
                *(_KEYWORD, index, _OPTIONAL),
                key=True,
            )
        return
    holder = _uncorrelatable(root, path_of(node.way))
    if holder is not None:
        yield node.problem(
            SCHEMA_OLD_SELF,
            f"{where[:1].upper()}{where[1:]} uses `{_OLD}`, but Kubernetes cannot match old items "
            f"of {holder} with new ones.",
            f"Make {holder} a list of type `map` (`x-kubernetes-list-type: map` with "
            "`x-kubernetes-list-map-keys`), or put the rule on the list or above it.",
            *(_KEYWORD, index, "rule"),
        )
    called = [name for name in calls_on(expression, _OLD) if name in _OF_OPTIONALS]
    if called and optional is not True and _is_typed(node):
        yield node.problem(
            SCHEMA_OLD_SELF,
            f"{where[:1].upper()}{where[1:]} calls `{_OLD}.{called[0]}`, but `{_OLD}` is not "
            "optional.",
            f"Add `{_OPTIONAL}: true` to the rule, or use `{_OLD}` directly: without it, the rule "
            "only applies where there is an old value.",
            *(_KEYWORD, index, "rule"),
        )


def _is_typed(node: SchemaNode) -> bool:
    """Whether CEL knows the type of the value: else it may be anything, an optional value too."""
    return node.value.get("type") in TYPES and not node.value.get("x-kubernetes-int-or-string")


def _uncorrelatable(root: Mapping[str, Any], path: PathOf) -> str | None:
    """The outermost list on the path whose items cannot be told apart; None if there is none."""
    schema: Any = root
    for index, step in enumerate(path):
        is_items = step == "items" and isinstance(schema, dict) and _is_keyword(path, index)
        if is_items and schema.get("x-kubernetes-list-type") != "map":
            return field_name(path[:index])
        if isinstance(schema, dict):
            schema = schema.get(step)
        elif isinstance(schema, list) and isinstance(step, int) and step < len(schema):
            schema = schema[step]
        else:
            return None
    return None


def _is_keyword(path: PathOf, index: int) -> bool:
    """Whether the step is a keyword of a schema, not the name of a property."""
    names = 0
    while index > names and path[index - names - 1] == "properties":
        names += 1
    return names % 2 == 0
