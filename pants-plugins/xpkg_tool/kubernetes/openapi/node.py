"""A schema inside a schema, as the rules for schemas see it, and what they have to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Mapping, Optional, Union

from xpkg_tool.diagnostics.finding import ERROR
from xpkg_tool.diagnostics.rule import Rule

PathOf = tuple[Union[str, int], ...]

# The way to a schema from the one that holds it: (the holder's own way, the steps), or None at the
# top. Tuples share their tails, so that a way costs little until someone asks for the whole path.
Way = Optional[tuple[Any, PathOf]]


# Of the name of a field that is deeper, the end is shown.
_LONGEST_NAME = 120


class Level(Enum):
    """Where a schema stands (apiextensions-apiserver pkg/apiserver/schema/validation.go)."""

    # The whole schema of a version, of an item of a list, of a field.
    ROOT = "root"
    ITEM = "item"
    FIELD = "field"
    # Inside allOf, anyOf, oneOf or not: it may validate values, not describe them.
    NESTED = "nested"
    # Below a keyword that Kubernetes does not support at all, such as `definitions`.
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Place:
    """What is to be known of the place of a schema, besides the way to it.

    `in_metadata`: it describes metadata, kind or apiVersion of a resource, or a part of these.
    `no_default` says why no default may stand in it, or is empty. `below_additional`: somewhere
    above is additionalProperties. `int_or_string`: it is the first schema of an allOf, and may hold
    the one anyOf in which types may stand.
    """

    level: Level
    in_metadata: bool = False
    no_default: str = ""
    below_additional: bool = False
    int_or_string: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether only the level makes a difference for the schemas inside."""
        return not (self.in_metadata or self.no_default or self.below_additional)


@dataclass(frozen=True)
class Problem:
    """Something wrong with a schema. `path` leads to it from the top of the whole schema; `key`
    says that the key is meant, not the value."""

    rule: Rule
    path: PathOf
    message: str
    remedy: str
    key: bool = False
    severity: str = ERROR


@dataclass(frozen=True)
class SchemaNode:
    """A schema: `value` has only keywords that Kubernetes knows, with values of the right types
    and none that is null."""

    value: Mapping[str, Any]
    way: Way
    place: Place

    @property
    def is_structural(self) -> bool:
        """Whether it says of what type a value is, rather than only what it must be like."""
        return self.place.level in (Level.ROOT, Level.ITEM, Level.FIELD)

    @property
    def name(self) -> str:
        """What the schema is of, for a message: "`spec.names[].first`" or "the whole object"."""
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
        return Problem(rule, path, message, remedy, key, severity or rule.severity)

    def schema(self, keyword: str) -> Mapping[str, Any] | None:
        """The schema under `keyword`, where there is one."""
        return as_schema(self.value.get(keyword))

    def properties(self) -> Mapping[str, Any]:
        """The schemas of the properties, by name; they may be anything but a mapping."""
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
    """The field that the schema at `path` is of, as people write it."""
    parts: list[str] = []
    steps = iter(path)
    for step in steps:
        if step == "properties":
            parts.append(f".{next(steps, '')}")
        elif step == "items":
            parts.append("[]")
        elif step == "additionalProperties":
            parts.append("[*]")
        elif step in (
            "allOf",
            "anyOf",
            "oneOf",
            "definitions",
            "patternProperties",
            "dependencies",
        ):
            next(steps, None)
    text = "".join(parts).lstrip(".")
    if len(text) > _LONGEST_NAME:
        text = f"...{text[-_LONGEST_NAME:]}"
    return f"`{text}`" if text else "the whole object"
