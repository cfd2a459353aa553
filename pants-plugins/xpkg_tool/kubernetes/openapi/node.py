"""A node of a schema for the rules that check schemas, and the problems that they find."""

from __future__ import annotations

from enum import Enum
from typing import AbstractSet, Any, Mapping, NamedTuple, Optional

from xpkg_tool.diagnostics.finding import ERROR
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf

# The way to a schema from its parent: (the parent's way, the steps), or None at the root. Tuples
# share their tails, so that a way is cheap until the whole path is needed.
Way = Optional[tuple[Any, PathOf]]


# The properties that every object of Kubernetes has.
IMPLIED = frozenset({"apiVersion", "kind", "metadata"})

# In characters. Only the end of a longer field name is shown.
_LONGEST_NAME = 120
# Keywords whose members have names or numbers that are not those of fields.
_NO_FIELDS = ("allOf", "anyOf", "oneOf", "definitions", "patternProperties", "dependencies")


class Level(Enum):
    """The level of a schema (apiextensions-apiserver pkg/apiserver/schema/validation.go)."""

    # The whole schema of a version, of an item of a list, of a field.
    ROOT = "root"
    ITEM = "item"
    FIELD = "field"
    # Inside allOf, anyOf, oneOf or not: it may validate values, not describe them.
    NESTED = "nested"
    # Below a keyword that Kubernetes does not support at all, such as `definitions`.
    FOREIGN = "foreign"


class Place(NamedTuple):
    """Properties of a schema's place, besides the way to it.

    `in_metadata`: it describes metadata, kind or apiVersion of a resource, or a part of these.
    `no_default` says why it may not have a default, or is empty. `below_additional`: it is below
    additionalProperties. `int_or_string`: it is the first schema of an allOf, and may have the only
    kind of anyOf that may contain types.
    """

    level: Level
    in_metadata: bool = False
    no_default: str = ""
    below_additional: bool = False
    int_or_string: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether only the level matters for the schemas inside."""
        return not (self.in_metadata or self.no_default or self.below_additional)


class Problem(NamedTuple):
    """A problem with a schema. `path` leads to it from the root of the whole schema; `key` says
    that it concerns the key, not the value."""

    rule: Rule
    path: PathOf
    message: str
    remedy: str
    key: bool = False
    severity: str = ERROR


class SchemaNode(NamedTuple):
    """A schema: `value` has only keywords that Kubernetes knows, with non-null values of the right
    types; `mistyped` are those that have values of other types."""

    value: Mapping[str, Any]
    way: Way
    place: Place
    mistyped: AbstractSet[str] = frozenset()

    @property
    def is_structural(self) -> bool:
        """Whether it specifies the type of a value, rather than only validating it."""
        return self.place.level in (Level.ROOT, Level.ITEM, Level.FIELD)

    @property
    def name(self) -> str:
        """The field of the schema, for a message: "`spec.names[].first`" or "the whole object"."""
        return field_name(path_of(self.way))

    def problem(
        self,
        rule: Rule,
        message: str,
        remedy: str,
        *steps: str | int,
        key: bool = False,
        severity: str | None = None,
    ) -> Problem:
        """A problem at the value that `steps` lead to from this schema, as severe as the rule
        unless `severity` says otherwise."""
        path = (*path_of(self.way), *steps)
        # It may begin with the name of the whole object, which is no name.
        message = message[:1].upper() + message[1:]
        return Problem(rule, path, message, remedy, key, severity or rule.severity)

    def schema(self, keyword: str) -> Mapping[str, Any] | None:
        """The schema under `keyword`, if there is one."""
        return as_schema(self.value.get(keyword))

    def properties(self) -> Mapping[str, Any]:
        """The schemas of the properties, by name; they need not be mappings."""
        found = self.value.get("properties")
        return found if isinstance(found, dict) else {}


def as_schema(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def path_of(way: Way) -> PathOf:
    """The whole path."""
    parts: list[PathOf] = []
    while way is not None:
        way, steps = way
        parts.append(steps)
    return tuple(step for steps in reversed(parts) for step in steps)


def field_name(path: PathOf) -> str:
    """The field of the schema at `path`, as people write it."""
    parts: list[str] = []
    steps = iter(path)
    for step in steps:
        if step == "properties":
            parts.append(f".{next(steps, '')}")
        elif step == "items":
            parts.append("[]")
        elif step == "additionalProperties":
            parts.append("[*]")
        elif step in _NO_FIELDS:
            next(steps, None)
    text = "".join(parts).lstrip(".")
    if len(text) > _LONGEST_NAME:
        text = f"...{text[-_LONGEST_NAME:]}"
    return f"`{text}`" if text else "the whole object"
