"""Schemas that are left out as plain are those of which the rules would have nothing to say."""

from __future__ import annotations

import itertools
import pickle
from typing import Any, Iterable, Iterator, Sequence

import pytest
from hypothesis import given, settings
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
# The number of a schema, a keyword in it, and what that becomes.
Change = tuple[int, str, Any]


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


# A copy made of this takes a fifth of what copy.deepcopy takes.
_USUAL = pickle.dumps(USUAL)


def changed(changes: Iterable[Change]) -> dict[str, Any]:
    schema: dict[str, Any] = pickle.loads(_USUAL)
    for number, keyword, value in changes:
        found = list(schemas(schema))
        one = found[number % len(found)]
        if value is REMOVED:
            one.pop(keyword, None)
        else:
            one[keyword] = pickle.loads(pickle.dumps(value))
    return schema


def check(cases: Sequence[tuple[Sequence[Change], bool]]) -> None:
    given_schemas = [(changed(changes), status) for changes, status in cases]
    quick = [walk.problems(schema, status=status) for schema, status in given_schemas]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walk, "is_plain", lambda _: False)
        patch.setattr(walk, "is_plain_root", lambda _: False)
        thorough = [walk.problems(schema, status=status) for schema, status in given_schemas]
    for case, some, all_of_them in zip(cases, quick, thorough):
        found, wanted = set(map(repr, some)), set(map(repr, all_of_them))
        assert wanted <= found, case
        # Where a property is no schema, the rules do not look at those beside it.
        assert wanted == found or any(p.rule is SCHEMA_TYPE for p in all_of_them), case


def test_each_change_by_itself() -> None:
    numbers = range(len(list(schemas(USUAL))))
    changes = itertools.product(numbers, KEYWORDS, [*VALUES, REMOVED])
    # Whether there is a status subresource matters to the schema of a whole object only, number 0.
    check([([change], status) for change in changes for status in (True, False)[change[0] != 0 :]])


@settings(max_examples=300, deadline=None)
@given(
    changes=st.lists(
        st.tuples(
            st.integers(0, 11), st.sampled_from(KEYWORDS), st.sampled_from([*VALUES, REMOVED])
        ),
        min_size=2,
        max_size=4,
    ),
    status=st.booleans(),
)
def test_several_changes(changes: list[Change], status: bool) -> None:
    check([(changes, status)])


def test_a_value_of_a_wrong_type_is_one_mistake() -> None:
    """Nothing is said of what is missing because it could not be read."""
    for number, schema in enumerate(schemas(USUAL)):
        for keyword, wrong in itertools.product(schema, (5, [5], {"a": 5}, True)):
            if not keywords.KEYWORDS[keyword][1](wrong):
                found = walk.problems(changed([(number, keyword, wrong)]), status=True)
                assert [p.rule for p in found] == [SCHEMA_TYPE], (number, keyword, wrong)


@pytest.mark.parametrize("kind", ["array", "string", "obj"])
def test_the_type_of_the_whole_object_is_one_mistake(kind: str) -> None:
    (problem,) = walk.problems({"type": kind})
    assert problem.message == f"The type of the whole object must be `object`, got `{kind}`."


def test_a_message_begins_with_a_capital_letter() -> None:
    """Also where it begins with what the object is called that has no name."""
    wrong = {"type": "object", "x-kubernetes-list-type": "map", "x-kubernetes-map-type": "x"}
    messages = [problem.message for problem in walk.problems(wrong)]
    assert "The whole object is a list of type `map`, but its schema has no `items`." in messages
    assert all(not message[0].islower() for message in messages)
