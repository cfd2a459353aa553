"""Defaults: where none is allowed, and those that do not match their own schema."""

from __future__ import annotations

from itertools import islice
from typing import Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.openapi.node import Level, Problem, SchemaNode
from xpkg_tool.kubernetes.openapi.validation import Budget, misfits, unknown_fields
from xpkg_tool.lint.subject import dotted

SCHEMA_DEFAULT = Rule(
    "XP432", "schema-default", "A default does not match its schema, or is not allowed."
)

# Of one default, at most so many faults are shown.
_MOST = 10


def check_place(node: SchemaNode) -> Iterator[Problem]:
    """A default where Kubernetes allows none."""
    if node.place.no_default:
        yield node.problem(
            SCHEMA_DEFAULT,
            f"A `default` is not allowed {node.place.no_default}, but {node.name} has one.",
            "Remove it.",
            "default",
            key=True,
        )


def check_value(node: SchemaNode, budget: Budget) -> Iterator[Problem]:
    """A default that does not fit its schema, or would lose fields."""
    default = node.value["default"]
    # Below additionalProperties Kubernetes does not look at a default until it sets it, and only
    # then refuses the object.
    severity = WARNING if node.place.below_additional else ERROR
    schema = dict(node.value)
    if node.place.level is Level.ROOT:
        schema["x-kubernetes-embedded-resource"] = True
    for path, wrong in islice(misfits(default, schema, budget), _MOST):
        subject = f"`{dotted(path)}` in the default" if path else "The default"
        yield node.problem(
            SCHEMA_DEFAULT,
            f"{subject} of {node.name} {wrong}.",
            "Fix the default or the schema; quote a value that is meant as a string.",
            "default",
            *path,
            severity=severity,
        )
    if node.place.in_metadata:
        return
    for path in islice(unknown_fields(default, schema, budget), _MOST):
        yield node.problem(
            SCHEMA_DEFAULT,
            f"`{dotted(path)}` in the default of {node.name} is not a field of its schema.",
            "Describe the field under `properties`, or remove it from the default.",
            "default",
            *path,
            key=True,
            severity=severity,
        )
