"""Shapes: which fields a Go type has, and of which types they are.

Crossplane decodes the objects of a package into Go types: a value of another type fails the build
("json: cannot unmarshal number into Go struct field ..."), and a field that the type does not have
is dropped silently. A shape is such a type as a value; `mismatches` compares a document with it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Iterator, Mapping, NamedTuple, Union

from xpkg_tool.diagnostics.suggestions import misspelling
from xpkg_tool.documents.loader import PathOf


class Scalar(NamedTuple):
    """`kind` is `string`, `boolean`, `integer`, `int32` or `number`."""

    kind: str


class Anything(NamedTuple):
    """Any JSON value, like json.RawMessage or runtime.RawExtension."""


class ListOf(NamedTuple):
    item: Shape


class MapOf(NamedTuple):
    value: Shape


class Struct(NamedTuple):
    """A Go struct. `fields` are its JSON names. `since` has the first release of Crossplane that
    knows a field, for those that not all releases know."""

    fields: Mapping[str, Shape] = MappingProxyType({})
    since: Mapping[str, str] = MappingProxyType({})


class Recursive(NamedTuple):
    """Stands for a shape that is defined elsewhere, such as a schema inside a schema."""

    name: str


Shape = Union[Scalar, Anything, ListOf, MapOf, Struct, Recursive]

STRING = Scalar("string")
BOOLEAN = Scalar("boolean")
INTEGER = Scalar("integer")
# An integer of 32 bits; the others have 64.
INT32 = Scalar("int32")
NUMBER = Scalar("number")
ANYTHING = Anything()


def strings(*names: str) -> dict[str, Shape]:
    """Fields of these names, each of them a string."""
    return dict.fromkeys(names, STRING)


OBJECT_META = Struct(
    {
        **strings("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"),
        "generation": INTEGER,
        "creationTimestamp": ANYTHING,
        "deletionTimestamp": ANYTHING,
        "deletionGracePeriodSeconds": INTEGER,
        "labels": MapOf(STRING),
        "annotations": MapOf(STRING),
        "ownerReferences": ListOf(ANYTHING),
        "finalizers": ListOf(STRING),
        "managedFields": ListOf(ANYTHING),
    }
)
LABEL_SELECTOR = Struct(
    {
        "matchLabels": MapOf(STRING),
        "matchExpressions": ListOf(
            Struct({**strings("key", "operator"), "values": ListOf(STRING)})
        ),
    }
)
WEBHOOK_CLIENT = Struct(
    {
        "url": STRING,
        "service": Struct({**strings("namespace", "name", "path"), "port": INT32}),
        "caBundle": STRING,
    }
)


def object_with(**fields: Shape) -> Struct:
    """A Kubernetes object that has these fields besides those of every object."""
    return Struct({**strings("apiVersion", "kind"), "metadata": OBJECT_META, **fields})


_NULL = "null"
# How large an integer may be.
_BITS = {"integer": 64, "int32": 32}


class Mismatch(NamedTuple):
    """A part of a document that does not fit its shape.

    `expected` names the type that is wanted, or is None for a field that is not known; `nearest` is
    then the known field that may be meant.
    """

    path: PathOf
    expected: str | None
    found: str
    nearest: str | None = None

    @property
    def is_null_entry(self) -> bool:
        """Whether it is an entry of a list that is null (a field may have the name `null`)."""
        return self.expected is not None and self.found == _NULL


def mismatches(
    value: Any, shape: Shape, recursive: Mapping[str, Shape] | None = None
) -> Iterator[Mismatch]:
    """All mismatches of `value`, in no particular order. `null` fits every shape, as in Go, but for
    an entry of a list of structs, which Go makes one with empty fields (`is_null_entry`)."""
    # A stack, because values may nest deeper than Python's own allows.
    pending: list[tuple[PathOf, Any, Shape]] = [((), value, shape)]
    while pending:
        path, part, expected = pending.pop()
        if isinstance(expected, Recursive):
            expected = (recursive or {})[expected.name]
        if part is None or isinstance(expected, Anything):
            continue
        if not _fits(part, expected):
            yield Mismatch(path, _name(expected, part), described(part))
        elif isinstance(expected, ListOf):
            pending += [((*path, i), item, expected.item) for i, item in enumerate(part)]
            if None in part and isinstance(expected.item, Struct):
                empty = (i for i, item in enumerate(part) if item is None)
                yield from (Mismatch((*path, i), "a mapping", _NULL) for i in empty)
        elif isinstance(expected, MapOf):
            pending += [((*path, key), item, expected.value) for key, item in part.items()]
        elif isinstance(expected, Struct):
            fields = expected.fields
            for key, item in part.items():
                field = fields.get(key)
                if field is None:
                    yield Mismatch((*path, key), None, key, nearest_field(key, expected))
                # Most fields are texts, and fit.
                elif not (field is STRING and type(item) is str):
                    pending.append(((*path, key), item, field))


def newer_fields(value: Any, shape: Shape) -> Iterator[tuple[PathOf, str]]:
    """The fields of `value` that not all releases of Crossplane know, with the first that does. Of
    a field inside another such field nothing is said unless it is newer still."""
    pending: list[tuple[PathOf, Any, Shape]] = [((), value, shape)]
    while pending:
        path, part, expected = pending.pop()
        if isinstance(expected, ListOf) and isinstance(part, list):
            pending += [((*path, i), item, expected.item) for i, item in enumerate(part)]
        elif isinstance(expected, Struct) and isinstance(part, dict):
            for key, item in part.items():
                if key in expected.since and item is not None:
                    yield (*path, key), expected.since[key]
                if key in expected.fields:
                    pending.append(((*path, key), item, expected.fields[key]))


def nearest_field(name: str, shape: Struct) -> str | None:
    """The field that `name` is very likely meant to be: the same in another case, or misspelt."""
    by_lower = {known.lower(): known for known in shape.fields}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    return misspelling(name, shape.fields)


def _fits(part: Any, expected: Shape) -> bool:
    if isinstance(expected, (Struct, MapOf)):
        return isinstance(part, dict)
    if isinstance(expected, ListOf):
        return isinstance(part, list)
    if isinstance(expected, Scalar):
        if expected.kind == "string":
            return isinstance(part, str)
        if expected.kind == "boolean":
            return isinstance(part, bool)
        if isinstance(part, bool):
            return False
        if expected.kind in _BITS:
            # To Go, 1.0 is not an integer; what YAML writes as 1e3 arrives as a float.
            largest = 2 ** (_BITS[expected.kind] - 1)
            return isinstance(part, int) and -largest <= part < largest
        return isinstance(part, (int, float))
    return True


def _name(shape: Shape, part: Any) -> str:
    if isinstance(shape, Scalar):
        bits = _BITS.get(shape.kind)
        if bits and isinstance(part, int) and not isinstance(part, bool):
            return f"an integer of {bits} bits"
        return "an integer" if bits else f"a {shape.kind}"
    return "a list" if isinstance(shape, ListOf) else "a mapping"


def described(part: Any) -> str:
    """The type of a value, for a message; of a number and a boolean the value."""
    if isinstance(part, dict):
        return "a mapping"
    if isinstance(part, list):
        return "a list"
    if isinstance(part, bool):
        return "true" if part else "false"
    return "a string" if isinstance(part, str) else f"the number {part}"
