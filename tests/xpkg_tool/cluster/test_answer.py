"""What is printed in place of what kubectl prints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cluster.fake_kubectl import READY, installed_object, listed
from xpkg_tool.cluster.answer import Unreadable, objects_in

OBJECT = installed_object("Function", "f", *READY)


def test_what_kubectl_prints() -> None:
    assert objects_in("") == objects_in("\n") == objects_in(listed()["stdout"]) == ()
    assert objects_in(listed(OBJECT)["stdout"]) == (OBJECT,)
    # Of a single object it prints no list.
    assert objects_in(json.dumps(OBJECT)) == (OBJECT,)


@pytest.mark.parametrize(
    "more", [{}, {"spec": None, "status": None}, {"status": {"conditions": None}}]
)
def test_what_an_object_need_not_have(more: dict[str, Any]) -> None:
    value = {"metadata": {"name": "f"}, **more}
    assert objects_in(json.dumps(value)) == (value,)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "items",
        {},
        {"items": None},
        {"items": {}},
        {"items": [5]},
        {"items": [None]},
        {"items": [OBJECT, {}]},
        {"metadata": 5},
        {"metadata": {"name": None}},
        {**OBJECT, "spec": "x"},
        {**OBJECT, "status": [1]},
        {**OBJECT, "status": {"conditions": 5}},
        {**OBJECT, "status": {"conditions": {"type": "Healthy"}}},
        {**OBJECT, "status": {"conditions": [None]}},
        {**OBJECT, "status": {"conditions": [{"observedGeneration": "2"}]}},
        {**OBJECT, "metadata": {"name": "f", "generation": "2"}},
    ],
)
def test_what_is_none_of_it(value: Any) -> None:
    with pytest.raises(Unreadable):
        objects_in(json.dumps(value))


@pytest.mark.parametrize("printed", ["Warning: x", "{", "[" * 100_000])
def test_what_is_no_json(printed: str) -> None:
    with pytest.raises(Unreadable, match="it is not JSON"):
        objects_in(printed)
