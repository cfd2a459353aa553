"""Schemas that are left out as plain are those of which the rules would have nothing to say."""

from __future__ import annotations

import copy
from typing import Any, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xpkg_tool.lint.schemas import keywords, walk
from xpkg_tool.lint.schemas.keywords import SCHEMA_TYPE

# As generators write it: with what every object has, and with conditions.
USUAL: dict[str, Any] = {
    "description": "Widget is a widget.",
    "type": "object",
    "required": ["spec"],
    "properties": {
        "apiVersion": {"description": "The version.", "type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": {"type": "object", "properties": {"size": {"type": "integer"}}},
        "status": {
            "type": "object",
            "properties": {
                "conditions": {
                    "type": "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    "items": {
                        "type": "object",
                        "required": ["reason", "type"],
                        "properties": {"reason": {"type": "string"}, "type": {"type": "string"}},
                    },
                }
            },
        },
    },
}
# All that can be written in a schema, and one thing that cannot.
KEYWORDS = (*sorted(keywords.KEYWORDS), "unknown")
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**70, "", "x", "array", "integer", "object", "string"),
    *("atomic", "granular", "map", "set", [], [None], ["type"], ["type", "reason"], ["x"]),
    *({}, {"type": "object"}, {"type": "string", "nullable": True}, [{"type": "string"}]),
    *({"x": {"type": "string"}}, {"type": {"type": "array"}}, {"name": {"type": "string"}}),
]
REMOVED = object()
CHANGES = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(KEYWORDS), st.sampled_from([*VALUES, REMOVED])),
    max_size=3,
)


def schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """The schema and those inside it."""
    if isinstance(schema, dict):
        yield schema
        properties = schema.get("properties")
        for inner in properties.values() if isinstance(properties, dict) else ():
            yield from schemas(inner)
        yield from schemas(schema.get("items"))


def test_the_usual_schema_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, the test below could compare the rules with themselves."""
    monkeypatch.setattr(keywords, "check", None)
    assert walk.problems(USUAL, status=True) == []


@settings(max_examples=600, deadline=None)
@given(changes=CHANGES, status=st.booleans())
@example(changes=[(2, "default", "x")], status=False)
@example(changes=[(3, "properties", {"labels": {"type": "object"}})], status=False)
@example(changes=[(0, "maxProperties", 1)], status=True)
@example(changes=[(7, "x-kubernetes-list-map-keys", ["x"])], status=True)
def test_nothing_is_lost(changes: list[tuple[int, str, Any]], status: bool) -> None:
    schema = copy.deepcopy(USUAL)
    for number, keyword, value in changes:
        found = list(schemas(schema))
        changed = found[number % len(found)]
        if value is REMOVED:
            changed.pop(keyword, None)
        else:
            changed[keyword] = copy.deepcopy(value)
    quick = set(map(repr, walk.problems(schema, status=status)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "is_plain", lambda _: False)
        patch.setattr(walk, "is_plain_root", lambda _: False)
        thorough = walk.problems(schema, status=status)
    everything = set(map(repr, thorough))
    assert everything <= quick
    # Where a property is no schema, the rules do not look at those beside it.
    assert everything == quick or any(problem.rule is SCHEMA_TYPE for problem in thorough)
