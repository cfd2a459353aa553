"""What the two programs say to each other: what is said arrives, and what does not fit is named."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpkg_tool.messages.build import (
    AnalyseRequest,
    BuildAnswer,
    BuildRequest,
    Counts,
    LeftOut,
    PackageReport,
)
from xpkg_tool.messages.codec import MessageError, decode, encode, to_json
from xpkg_tool.messages.commands import ANSWERS, REQUESTS
from xpkg_tool.messages.plan import Action, PlanAnswer, PlannedReference, PlanRequest
from xpkg_tool.messages.publish import PublishAnswer, PublishEvent, PublishRequest, Transfer

FORMS = [*REQUESTS.values(), *ANSWERS.values(), Counts, PublishEvent]
# Paths may hold bytes that are not UTF-8, as `surrogateescape` has them.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=8)


@functools.cache
def values(form: Any) -> st.SearchStrategy[Any]:
    """Any value that a field of the type may have. Made once: Hypothesis looks at a new strategy
    for longer than it draws from it."""
    if hasattr(form, "_fields"):
        return st.builds(form, **{n: values(t) for n, t in form.__annotations__.items()})
    origin, arguments = get_origin(form), get_args(form)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(TEXTS, values(arguments[1]), max_size=3)
    if origin is Union:
        return st.one_of(*map(values, arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if isinstance(form, type) and issubclass(form, Enum):
        return st.sampled_from(form)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        int: st.integers(),
        str: TEXTS,
        type(None): st.none(),
    }
    return plain[form]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_what_is_said_arrives(form: Any, data: st.DataObject) -> None:
    message = data.draw(values(form))
    assert decode(form, encode(message)) == message


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_each_wrong_value_is_named(form: Any, data: st.DataObject) -> None:
    """Whatever place of the JSON has a value of another type: one sentence that begins with it."""
    value = to_json(data.draw(values(form)))
    path = data.draw(st.sampled_from([*_places(value)]))
    *parents, last = path
    holder = value
    for key in parents:
        holder = holder[key]
    # No field takes all of these; an object with this key is no message.
    wrong = data.draw(st.sampled_from([{"odd": 1.5}, [[{}]]]))
    holder[last] = wrong
    with pytest.raises(MessageError) as caught:
        decode(form, json.dumps(value).encode())
    sentence = str(caught.value)
    assert sentence.startswith(tuple(_spellings(path))) and "\n" not in sentence


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in pairs:
        yield (*path, key)
        if isinstance(below, (dict, list)):
            yield from _places(below, (*path, key))


def _spellings(path: tuple[Any, ...]) -> list[str]:
    """How the place may be written: a key is that of a message or of a mapping."""
    spelled = [str(path[0])]
    for key in path[1:]:
        ends = [f"[{key}]"] if isinstance(key, int) else [f".{key}", f"[{json.dumps(key)}]"]
        spelled = [beginning + end for beginning in spelled for end in ends]
    return spelled


REPORT = {"text": "", "built": None}
PLANNED = {"reference": "r", "local": "d", "remote": None, "action": "push", "why": ""}
REGISTRY = {"directory": "", "connections": 1, "packages": []}


@pytest.mark.parametrize(
    ("form", "value", "sentence"),
    [
        (BuildAnswer, [], 'BuildAnswer: must be an object, got "array"'),
        (BuildAnswer, {}, "packages: is required"),
        (BuildAnswer, {"packages": {}}, 'packages: must be an array, got "object"'),
        (BuildAnswer, {"packages": [1]}, 'packages[0]: must be an object, got "integer"'),
        (
            BuildAnswer,
            {"packages": [REPORT, {**REPORT, "built": 1}]},
            'packages[1].built: must be an object, got "integer"',
        ),
        (
            BuildAnswer,
            {"packages": [{**REPORT, "colour": 1}]},
            "packages[0].colour: is not a field of PackageReport",
        ),
        (AnalyseRequest, {"sources": ["a", None]}, 'sources[1]: must be a string, got "null"'),
        (Counts, {"parsed": True}, 'parsed: must be an integer, got "boolean"'),
        (Counts, {"parsed": 1.0}, 'parsed: must be an integer, got "number"'),
        (
            BuildRequest,
            {"packages": [], "failOn": "never"},
            'failOn: must be one of "error", "warning", got "never"',
        ),
        (
            PlanRequest,
            {**REGISTRY, "registries": {"host:1": {"insecure": "yes"}}},
            'registries["host:1"].insecure: must be a boolean, got "string"',
        ),
        (
            PlanAnswer,
            {"requests": 1, "packages": [{"name": "p", "references": [{**PLANNED, "action": 1}]}]},
            (
                'packages[0].references[0].action: must be one of "push", "tag only", '
                '"up to date", "refused", "failed", "left out", "not asked for", "skip", '
                '"pushed", "tagged", got "integer"'
            ),
        ),
        (
            PublishAnswer,
            {
                "packages": [
                    {
                        "name": "p",
                        "references": [{"reference": "r", "digest": "d", "action": "pushed"}],
                    }
                ]
            },
            "packages[0].references[0].transfer: is required",
        ),
        (
            PublishRequest,
            {"packages": []},
            "directory: is required",
        ),
    ],
)
def test_what_does_not_fit_is_one_sentence(form: Any, value: Any, sentence: str) -> None:
    with pytest.raises(MessageError) as caught:
        decode(form, json.dumps(value).encode())
    assert str(caught.value) == sentence


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"1 2", b"[" * 100_000])
def test_what_is_not_json_is_named(text: bytes) -> None:
    with pytest.raises(MessageError, match=r"^Counts: is not JSON: "):
        decode(Counts, text)


def test_fields_with_a_default_may_be_missing() -> None:
    assert decode(Counts, b"{}") == Counts(0, 0)
    assert decode(PackageReport, b'{"text": "", "built": null}') == PackageReport("", None)
    left_out = decode(LeftOut, b'{"reason": "file-name", "path": "p", "example": true}')
    assert left_out == LeftOut("file-name", "p", True)


def test_a_number_may_be_whole() -> None:
    assert decode(Transfer, b'{"seconds": 2}').seconds == 2


def test_names_are_those_of_json() -> None:
    planned = PlannedReference("r", "d", None, Action.TAG_ONLY, "why", configuration=True)
    assert to_json(planned) == {
        "reference": "r",
        "local": "d",
        "remote": None,
        "action": "tag only",
        "why": "why",
        "message": "",
        "error": "",
        "configuration": True,
    }
    assert set(to_json(Transfer())) == {
        "bytesSent",
        "bytesSkipped",
        "blobsSent",
        "blobsSkipped",
        "blobsMounted",
        "requests",
        "seconds",
    }


def test_many_paths_are_read_at_once() -> None:
    """A large package has tens of thousands of files."""
    paths = tuple(f"package/crds/{number}.yaml" for number in range(50_000))
    assert decode(AnalyseRequest, encode(AnalyseRequest(paths, ()))).sources == paths
