"""The walk over a schema and all schemas inside it.

A provider has hundreds of thousands of them, nearly all a type, a description and properties. So
each is looked at once, cheaply, and only what holds more than these goes through the rules.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import WARNING
from xpkg_tool.documents.limits import LIMIT
from xpkg_tool.kubernetes.openapi.node import (
    IMPLIED,
    Level,
    Place,
    Problem,
    SchemaNode,
    Way,
    as_schema,
)
from xpkg_tool.kubernetes.openapi.validation import Budget
from xpkg_tool.lint.schemas import combinators as schema_combinators
from xpkg_tool.lint.schemas import defaults as schema_defaults
from xpkg_tool.lint.schemas import keywords as schema_keywords
from xpkg_tool.lint.schemas import lists as schema_lists
from xpkg_tool.lint.schemas import root as schema_root
from xpkg_tool.lint.schemas import structure as schema_structure
from xpkg_tool.lint.schemas import suspicious as schema_suspicious
from xpkg_tool.lint.schemas.keywords import SCHEMA_TYPE
from xpkg_tool.lint.schemas.plain import is_plain, is_plain_root
from xpkg_tool.lint.shapes import described

_EMBEDDED = "x-kubernetes-embedded-resource"

_ROOT = Place(Level.ROOT)
_FIELD = Place(Level.FIELD)
_ITEM = Place(Level.ITEM)
_FOREIGN = Place(Level.FOREIGN)
# By name, of those in IMPLIED: in the schema of a whole object.
_OF_ROOT = {
    name: Place(Level.FIELD, in_metadata=True, no_default=f"in the `{name}` of the whole object")
    for name in IMPLIED
}
_NESTING = frozenset((*schema_combinators.COMBINATORS, "not"))

# Of a schema that is wrong in more places, the others are not shown.
MAX_PROBLEMS = 100

# A schema that is still to be looked at, the way to it, and what is to be known of its place.
_Pending = tuple[Any, Way, Place]


def problems(schema: Any, *, status: bool = False) -> list[Problem]:
    """Everything that is wrong with the schema of a whole custom resource; `status`: it has a
    status subresource."""
    if not isinstance(schema, dict):
        found = described(schema)
        message = f"The schema of the whole object must be a mapping, got {found}."
        return [Problem(SCHEMA_TYPE, (), message, "Write a schema: `type: object`.")]
    found_problems: list[Problem] = []
    defaults: list[SchemaNode] = []
    # A stack, since schemas nest to any depth.
    pending: list[_Pending] = [(schema, None, _ROOT)]
    if is_plain_root(schema):
        pending = [
            (inner, (None, ("properties", name)), _FIELD)
            for name, inner in reversed(schema.get("properties", {}).items())
            if name not in IMPLIED
        ]
    # What an alias stands for is one object in many places: it is looked at once, or once for each
    # kind of place. So a file that unfolds to millions of schemas takes no longer than others.
    seen_plain: set[int] = set()
    seen: set[tuple[int, Place]] = set()
    while pending and len(found_problems) < MAX_PROBLEMS:
        value, way, place = pending.pop()
        if (place is _FIELD or place is _ITEM) and is_plain(value):
            if "properties" in value or "items" in value:
                if id(value) in seen_plain:
                    continue
                seen_plain.add(id(value))
                # Backwards, so that what stands first is looked at first.
                if "items" in value:
                    pending.append((value["items"], (way, ("items",)), _ITEM))
                if "properties" in value:
                    for name, inner in reversed(value["properties"].items()):
                        pending.append((inner, (way, ("properties", name)), _FIELD))
            continue
        if value is None:
            value = {}
        elif type(value) is not dict:
            found_problems.append(schema_keywords.no_schema(value, way))
            continue
        elif (id(value), place) in seen:
            continue
        else:
            seen.add((id(value), place))
        node, wrong = schema_keywords.check(value, way, place)
        found_problems += islice(chain(wrong, _check(node, status)), MAX_PROBLEMS)
        pending += reversed(list(_children(node)))
        if node.value.get("default") is not None and node.is_structural:
            defaults.append(node)
        if "x-kubernetes-validations" in node.value and node.is_structural:
            from xpkg_tool.lint.schemas import expressions as schema_expressions
            from xpkg_tool.lint.schemas import transitions as schema_transitions

            found_problems += schema_transitions.check(schema, node)
            found_problems += schema_expressions.check_repeated(schema, node)
    # A default is held against its schema only if that can be read.
    if not any(problem.rule is SCHEMA_TYPE for problem in found_problems):
        budget = Budget()
        for node in defaults:
            if not node.place.no_default and len(found_problems) < MAX_PROBLEMS:
                found_problems += schema_defaults.check_value(node, budget)
        if budget.left_something:
            found_problems.append(_unchecked())
    return found_problems


def _unchecked() -> Problem:
    return Problem(
        LIMIT,
        (),
        "Not all defaults of the schema were checked against it: there are too many, they are "
        "nested too deeply, or their patterns take too many steps.",
        "Nothing has to change; to have them checked, simplify the defaults or their patterns.",
        severity=WARNING,
    )


def _check(node: SchemaNode, status: bool) -> Iterator[Problem]:
    """All rules for one schema."""
    if node.place.level is Level.FOREIGN:
        return
    yield from schema_structure.check(node)
    yield from schema_lists.check(node)
    yield from schema_suspicious.check(node)
    if node.place.level is Level.NESTED:
        yield from schema_combinators.check_nested(node)
        return
    if "default" in node.value:
        yield from schema_defaults.check_place(node)
    if "x-kubernetes-validations" in node.value:
        from xpkg_tool.lint.schemas import expressions as schema_expressions

        yield from schema_expressions.check(node)
    if "properties" in node.value:
        yield from schema_root.check_metadata(node)
    if node.place.level is Level.ROOT:
        yield from schema_root.check_root(node, status=status)
        yield from schema_combinators.check_complete(node)


def _children(node: SchemaNode) -> Iterator[_Pending]:
    """The schemas inside a schema."""
    value, way, place = node.value, node.way, node.place
    for name, inner in node.properties().items():
        yield inner, (way, ("properties", name)), _of_property(node, name)
    items = value.get("items")
    if isinstance(items, dict):
        yield items, (way, ("items",)), _inner(place, Level.ITEM)
    for index, inner in enumerate(items if isinstance(items, list) else ()):
        yield inner, (way, ("items", index)), _FOREIGN
    additional = value.get("additionalProperties")
    if isinstance(additional, dict):
        yield additional, (way, ("additionalProperties",)), _of_additional(place)
    if not _NESTING.isdisjoint(value):
        nested = _FOREIGN
        if place.level is not Level.FOREIGN:
            nested = place._replace(level=Level.NESTED, int_or_string=False)
        for keyword in schema_combinators.COMBINATORS:
            for index, inner in enumerate(_alternatives(node, keyword)):
                yield inner, (way, (keyword, index)), _in_combinator(node, nested, keyword, index)
        if "not" in value:
            yield value["not"], (way, ("not",)), nested
    for keyword in ("definitions", "patternProperties", "dependencies"):
        for name, inner in value.get(keyword, {}).items():
            if as_schema(inner) is not None:
                yield inner, (way, (keyword, name)), _FOREIGN


def _inner(place: Place, level: Level) -> Place:
    if place.level in (Level.NESTED, Level.FOREIGN):
        return place if not place.int_or_string else place._replace(int_or_string=False)
    if place.is_usual:
        return _ITEM if level is Level.ITEM else _FIELD
    return place._replace(level=level)


def _of_property(node: SchemaNode, name: str) -> Place:
    place = _inner(node.place, Level.FIELD)
    is_root = node.place.level is Level.ROOT
    if name not in IMPLIED or not node.is_structural:
        return place
    if is_root:
        return _OF_ROOT[name]
    return place._replace(in_metadata=True) if node.value.get(_EMBEDDED) else place


def _of_additional(place: Place) -> Place:
    if place.level in (Level.NESTED, Level.FOREIGN):
        return _FOREIGN
    reason = place.no_default
    if place.in_metadata:
        reason = "inside additionalProperties of metadata"
    return place._replace(level=Level.FIELD, no_default=reason, below_additional=True)


def _alternatives(node: SchemaNode, keyword: str) -> list[Any]:
    schemas: list[Any] = node.value.get(keyword, [])
    may_have_types = node.is_structural or node.place.int_or_string
    if keyword == "anyOf" and may_have_types and schema_combinators.is_int_or_string(schemas):
        return []
    return schemas


def _in_combinator(node: SchemaNode, nested: Place, keyword: str, index: int) -> Place:
    """Of an allOf that is in no other, the first schema may hold the anyOf with types."""
    first = node.is_structural and keyword == "allOf" and index == 0
    return nested._replace(int_or_string=True) if first else nested
