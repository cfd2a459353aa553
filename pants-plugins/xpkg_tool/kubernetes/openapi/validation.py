"""Validates a value against a schema, as Kubernetes does when an object is written.

This is a part of kube-openapi's validation (pkg/validation/validate), which is JSON Schema with a
few peculiarities, and of the pruning of unknown fields. In doubt, a value is valid.
"""

from __future__ import annotations

import math
from typing import Any, Iterator, Mapping

from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.openapi.node import IMPLIED, as_schema

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}

# Values and their schemas are small; beyond these limits they are not checked further.
_DEEPEST = 60
_MOST_STEPS = 100_000
# Steps of matching strings with patterns, in a whole schema: a second or two.
_MOST_MATCHING = 2_000_000
# This many values in `enum` are compared in the time of a step.
_COMPARED_AT_ONCE = 32

# The place in the value, and what is wrong, as the predicate of a sentence.
Misfit = tuple[PathOf, str]


class Budget:
    """How much is checked before all further values count as valid: with aliases, a small file may
    expand to something that takes hours."""

    def __init__(self) -> None:
        self.steps = _MOST_STEPS
        self.matching = _MOST_MATCHING
        self.depth = 0

    @property
    def is_spent(self) -> bool:
        return self.steps <= 0

    @property
    def left_something(self) -> bool:
        """Whether something was not checked."""
        return self.steps <= 0 or self.matching <= 0

    def enter(self) -> None:
        self.steps = self.steps - 1 if self.depth < _DEEPEST else 0
        self.depth += 1

    def leave(self) -> None:
        self.depth -= 1


def misfits(
    value: Any, schema: Mapping[str, Any], budget: Budget, path: PathOf = ()
) -> Iterator[Misfit]:
    """Everything in a value that does not fit the schema."""
    budget.enter()
    found = [] if budget.is_spent else list(_misfits(value, schema, budget, path))
    budget.leave()
    yield from found


def _misfits(
    value: Any, schema: Mapping[str, Any], budget: Budget, path: PathOf
) -> Iterator[Misfit]:
    wrong = _type_misfit(value, schema)
    if wrong:
        yield path, wrong
    if _is_list(schema, "enum"):
        budget.steps -= len(schema["enum"]) // _COMPARED_AT_ONCE
        if not any(_same(value, known, budget) for known in schema["enum"]):
            yield path, "is not one of the values in `enum`"
    if value is None:
        return
    if isinstance(value, str):
        yield from ((path, wrong) for wrong in _text_misfits(value, schema, budget))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from ((path, wrong) for wrong in _number_misfits(value, schema))
    elif isinstance(value, list):
        yield from _list_misfits(value, schema, budget, path)
    elif isinstance(value, dict):
        yield from _object_misfits(value, schema, budget, path)
    yield from _combinator_misfits(value, schema, budget, path)


def _fits(value: Any, schema: Any, budget: Budget) -> bool:
    return not isinstance(schema, dict) or next(misfits(value, schema, budget), None) is None


def _is_list(schema: Mapping[str, Any], keyword: str) -> bool:
    return isinstance(schema.get(keyword), list) and bool(schema[keyword])


def _type_misfit(value: Any, schema: Mapping[str, Any]) -> str:
    wanted = schema.get("type")
    if not wanted:
        # A format without a type implies a string.
        is_text = value is None or isinstance(value, (str, list)) or not schema.get("format")
        return "" if is_text else f"does not have the format `{schema['format']}`"
    if value is None:
        return "" if schema.get("nullable") else f"is null, not of type `{wanted}`"
    # With a format, Kubernetes leaves strings and lists to the validation of the format, if any.
    is_number = wanted in ("integer", "number")
    if schema.get("format") and isinstance(value, (str, list)) and not is_number:
        return ""
    found = type_of(value)
    if found == wanted or (found == "integer" and wanted == "number"):
        return ""
    if found == "number" and wanted == "integer" and float(value).is_integer():
        return ""
    return f"is of type `{found}`, not `{wanted}`"


def type_of(value: Any) -> str:
    """The type of a value, as named in schemas."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "null" if value is None else "object"


def _same(value: Any, known: Any, budget: Budget) -> bool:
    if isinstance(value, bool) or isinstance(known, bool):
        return value is known
    # Go converts the value to the type of the other one.
    if isinstance(value, float) and isinstance(known, int):
        return int(value) == known
    return value is not None and _equal(value, known, budget)


def _equal(value: Any, known: Any, budget: Budget) -> bool:
    """Like `==`, which would recurse as deeply as the values nest, and expand shared ones."""
    if not isinstance(value, (list, dict)):
        return bool(value == known)
    pending = [(value, known)]
    while pending and budget.steps > 0:
        budget.steps -= 1
        one, other = pending.pop()
        if one is other:
            continue
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pending += zip(one, other)
        elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pending += ((part, other[name]) for name, part in one.items())
        elif type(one) in (list, dict) or type(other) in (list, dict) or one != other:
            return False
    return True


def _text_misfits(value: str, schema: Mapping[str, Any], budget: Budget) -> Iterator[str]:
    if (most := schema.get("maxLength")) is not None and len(value) > most:
        yield f"is longer than `maxLength`, {most}"
    if (least := schema.get("minLength")) is not None and len(value) < least:
        yield f"is shorter than `minLength`, {least}"
    pattern = schema.get("pattern")
    if pattern:
        from xpkg_tool.kubernetes.regex.re2_match import match

        found, work = match(pattern, value, budget.matching) if budget.matching > 0 else (None, 0)
        budget.matching -= work
        if found is False:
            yield "does not match the `pattern`"
    if schema.get("format"):
        from xpkg_tool.kubernetes.openapi.formats import fits_format

        if not fits_format(schema["format"], value):
            yield f"does not have the format `{schema['format']}`"


def _number_misfits(value: float, schema: Mapping[str, Any]) -> Iterator[str]:
    def bound(keyword: str) -> Any:
        limit = schema.get(keyword)
        # Go compares integers with the integer part.
        return int(limit) if limit is not None and isinstance(value, int) else limit

    most, least = bound("maximum"), bound("minimum")
    if most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most):
        yield f"is greater than the `maximum`, {schema['maximum']}"
    if least is not None and (value <= least if schema.get("exclusiveMinimum") else value < least):
        yield f"is less than the `minimum`, {schema['minimum']}"
    factor = schema.get("multipleOf")
    if factor is not None and not _is_multiple(value, factor, schema.get("type")):
        yield f"is not a multiple of {factor}"
    if schema.get("type") == "integer" and math.isfinite(value):
        low, high = _RANGES.get(schema.get("format") or "int64", _RANGES["int64"])
        if not low <= value <= high:
            yield f"is too large for the format `{schema.get('format') or 'int64'}`"


def _is_multiple(value: float, factor: float, kind: Any) -> bool:
    if factor <= 0 or (kind == "integer" and not float(factor).is_integer()):
        return False
    if isinstance(value, int):
        return int(factor) > 0 and value % int(factor) == 0
    quotient = value / factor
    return abs(quotient - round(quotient)) < 1e-6


def _list_misfits(
    value: list[Any], schema: Mapping[str, Any], budget: Budget, path: PathOf
) -> Iterator[Misfit]:
    if (most := schema.get("maxItems")) is not None and len(value) > most:
        yield path, f"has more items than `maxItems`, {most}"
    if (least := schema.get("minItems")) is not None and len(value) < least:
        yield path, f"has fewer items than `minItems`, {least}"
    items = as_schema(schema.get("items"))
    if items is not None:
        for index, item in enumerate(value):
            yield from misfits(item, items, budget, (*path, index))


def _object_misfits(
    value: Mapping[str, Any], schema: Mapping[str, Any], budget: Budget, path: PathOf
) -> Iterator[Misfit]:
    if (most := schema.get("maxProperties")) is not None and len(value) > most:
        yield path, f"has more fields than `maxProperties`, {most}"
    if (least := schema.get("minProperties")) is not None and len(value) < least:
        yield path, f"has fewer fields than `minProperties`, {least}"
    properties = schema.get("properties") or {}
    additional = schema.get("additionalProperties")
    for name, part in value.items():
        if name in properties:
            yield from misfits(part, as_schema(properties[name]) or {}, budget, (*path, name))
        elif additional is False:
            yield (*path, name), "is not allowed by `additionalProperties: false`"
        elif isinstance(additional, dict):
            yield from misfits(part, additional, budget, (*path, name))
    for name in schema.get("required") or ():
        if name not in value:
            yield path, f"lacks the required field `{name}`"
    if schema.get(_EMBEDDED):
        for name in ("apiVersion", "kind"):
            if not isinstance(value.get(name), str) or not value[name]:
                yield path, f"is a resource without `{name}`"


def _combinator_misfits(
    value: Any, schema: Mapping[str, Any], budget: Budget, path: PathOf
) -> Iterator[Misfit]:
    if _is_list(schema, "allOf"):
        for part in schema["allOf"]:
            if isinstance(part, dict):
                yield from misfits(value, part, budget, path)
    fitting = {
        keyword: sum(_fits(value, part, budget) for part in schema[keyword])
        for keyword in ("anyOf", "oneOf")
        if _is_list(schema, keyword)
    }
    negated = schema.get("not")
    fits_negated = isinstance(negated, dict) and _fits(value, negated, budget)
    if budget.is_spent:
        return
    if fitting.get("anyOf") == 0:
        yield path, "matches none of the schemas in `anyOf`"
    if fitting.get("oneOf", 1) != 1:
        count = fitting["oneOf"] or "none"
        yield path, f"matches {count} of the schemas in `oneOf` instead of exactly one"
    if fits_negated:
        yield path, "matches the schema in `not`"


def unknown_fields(
    value: Any, schema: Mapping[str, Any] | None, budget: Budget
) -> Iterator[PathOf]:
    """The fields of a value that Kubernetes would drop because they are not in the schema."""
    # The last element says that unknown fields are kept.
    pending: list[tuple[Any, Mapping[str, Any] | None, PathOf, bool]] = [
        (value, schema, (), bool(schema and schema.get(_PRESERVE)))
    ]
    while pending and budget.steps > 0 and len(pending[-1][2]) < _DEEPEST:
        budget.steps -= 1
        part, known, path, keep = pending.pop()
        keep = keep or bool(known and known.get(_PRESERVE))
        if isinstance(part, list):
            items = as_schema((known or {}).get("items"))
            # Without a schema for the items, their fields are kept if the list is.
            if items is not None or not keep:
                pending += [(x, items, (*path, i), keep) for i, x in enumerate(part)]
        elif isinstance(part, dict):
            known = known or {}
            properties = known.get("properties") or {}
            additional = known.get("additionalProperties")
            for name, item in part.items():
                if known.get(_EMBEDDED) and name in IMPLIED:
                    continue
                if name in properties:
                    pending.append((item, as_schema(properties[name]) or {}, (*path, name), False))
                elif additional is not None:
                    pending.append((item, as_schema(additional), (*path, name), False))
                elif not keep:
                    yield (*path, name)
