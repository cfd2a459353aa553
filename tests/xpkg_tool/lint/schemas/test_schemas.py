"""The rules for schemas, against what Kubernetes says of the same schemas."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.documents.stream import Document
from xpkg_tool.kubernetes.openapi import validation
from xpkg_tool.kubernetes.openapi.node import Problem
from xpkg_tool.kubernetes.regex import re2_match
from xpkg_tool.lint.schemas.check import check_schema, check_schema_keywords
from xpkg_tool.lint.schemas.walk import MAX_PROBLEMS, problems
from xpkg_tool.lint.subject import Subject

SCHEMAS = [
    json.loads(line)
    for line in (VECTORS / "schemas.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]
_TOP = "openAPIV3Schema"
_STEP = re.compile(r"\[([^\]]*)\]|\.?([^.\[]+)")


def errors(schema: Any, *, status: bool = False) -> list[Problem]:
    return [p for p in problems(schema, status=status) if p.severity == ERROR]


def place(error: str) -> tuple[str | int, ...] | None:
    """Where in the schema an error of Kubernetes is; None where it says no path that is exact."""
    # What is missing in one place is told by where it is spoken of.
    error = error.rpartition("because it is defined in ")[2]
    found = re.search(rf"{_TOP}([^ :]*?)\"?(?::| of type|$)", error)
    if error.startswith("DECODE") or not found:
        return None
    named = [a or b for a, b in _STEP.findall(found[1])]
    steps: tuple[str | int, ...] = tuple(int(step) if step.isdigit() else step for step in named)
    if ": Required value" in error:
        steps = steps[:-1]
    # What is wrong in a default is told by the fields of the value.
    return steps[: steps.index("default") + 1] if "default" in steps else steps


@pytest.mark.parametrize("case", SCHEMAS, ids=range(len(SCHEMAS)))
def test_kubernetes_says_so_too(case: dict[str, Any]) -> None:
    found = errors(case["schema"], status=case["status"])
    # What only documents is a warning.
    told = [error for error in case["errors"] if ".externalDocs." not in error]
    assert bool(found) == bool(told)
    paths = [problem.path for problem in found]
    for error in told:
        wanted = place(error)
        if wanted is not None:
            # What is missing is shown where it is missing from; what is wrong, where it is.
            assert any(
                wanted[: len(path)] == path or path[: len(wanted)] == wanted for path in paths
            ), (error, paths)


def test_the_vectors_hold_both() -> None:
    refused = sum(bool(case["errors"]) for case in SCHEMAS)
    assert refused > 300 and len(SCHEMAS) - refused > 100


def test_all_is_found_at_once() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "array"},
            "b": {"pattern": "("},
            "c": {"type": "object", "properties": {"d": {"type": "integer", "default": "x"}}},
        },
    }
    assert sorted((p.rule.code, p.path) for p in problems(schema)) == [
        ("XP423", ("properties", "b")),
        ("XP424", ("properties", "a")),
        ("XP431", ("properties", "b", "pattern")),
        ("XP432", ("properties", "c", "properties", "d", "default")),
    ]


def of_field(schema: dict[str, Any]) -> list[Problem]:
    return problems({"type": "object", "properties": {"a": schema}})


@pytest.mark.parametrize(
    ("schema", "doubted"),
    [
        ({"type": "integer", "minimum": 5, "maximum": 1}, "minimum"),
        ({"type": "string", "minLength": 5, "maxLength": 1}, "minLength"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": -1}, "maxItems"),
        ({"type": "integer", "multipleOf": 0}, "multipleOf"),
        ({"type": "string", "enum": ["a", True]}, "enum"),
        ({"type": "integer", "enum": ["1"]}, "enum"),
        (
            {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["c"]},
            "required",
        ),
    ],
)
def test_doubts_are_warnings(schema: dict[str, Any], doubted: str) -> None:
    (problem,) = of_field(schema)
    assert (problem.rule.code, problem.severity) == ("XP434", WARNING)
    assert problem.path[:3] == ("properties", "a", doubted)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "enum": [1, 1.5]},
        {"type": "string", "enum": [None, "a"], "nullable": True},
        {"type": "object", "required": ["c"], "additionalProperties": {"type": "string"}},
        {
            "type": "object",
            "properties": {"b": {"type": "string"}},
            "required": ["c"],
            "x-kubernetes-preserve-unknown-fields": True,
        },
        {"type": "object", "properties": {"b": {"type": "string"}}, "anyOf": [{"required": ["c"]}]},
    ],
)
def test_no_doubt(schema: dict[str, Any]) -> None:
    assert of_field(schema) == []


def test_a_default_below_free_names_is_noticed_late() -> None:
    schema = {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {"b": {"type": "integer", "default": "x"}},
        },
    }
    (problem,) = of_field(schema)
    assert (problem.rule.code, problem.severity) == ("XP432", WARNING)


def test_the_nearest_keyword_is_named() -> None:
    (problem,) = of_field({"type": "string", "Pattern": "a"})
    assert problem.rule.code == "XP421" and "`pattern`" in problem.remedy
    (problem,) = of_field({"type": "string", "minLenght": 1})
    assert "`minLength`" in problem.remedy
    (problem,) = of_field({"type": "string", "x-kubernetes-validations": [{"rulle": "true"}]})[:1]
    assert problem.rule.code == "XP421" and "`rule`" in problem.remedy


@pytest.mark.parametrize(
    ("schema", "severity"),
    [
        ({"desciption": "a"}, WARNING),
        ({"Title": "a"}, WARNING),
        ({"examples": ["a"]}, WARNING),
        ({"externalDoc": {}}, WARNING),
        ({"externalDocs": {"descripton": "a"}}, WARNING),
        ({"externalDocs": {"nonsense": "a"}}, WARNING),
        ({"minLenght": 1}, ERROR),
        ({"nonsense": 1}, ERROR),
        ({"x-kubernetes-validations": [{"rule": "true", "mesage": "a"}]}, ERROR),
    ],
)
def test_a_misspelt_keyword_that_documents_is_a_warning(
    schema: dict[str, Any], severity: str
) -> None:
    (problem,) = of_field({"type": "string", **schema})
    assert (problem.rule.code, problem.severity) == ("XP421", severity)


@pytest.mark.parametrize(
    ("rule", "unknown"),
    [
        ("self.a == ''", ""),
        ("has(self.c)", "`self.c`"),
        ("self.b.c == ''", "`self.b.c`"),
        ("self.free.c == ''", ""),
        ("self.any.c == ''", "`self.any`"),
        ("has(self.a.b)", "`self.a.b`"),
        ("self.resource.kind != '' && self.resource.metadata.name != ''", ""),
        ("self.a__dash__b == ''", ""),
        ("self.list.all(x, x.c == '')", ""),
        ("self.metadata.name == ''", "`self.metadata`"),
        ("'self.c' != ''", ""),
    ],
)
def test_a_rule_reads_fields_that_are_there(rule: str, unknown: str) -> None:
    text = {"type": "string"}
    embedded = "x-kubernetes-embedded-resource"
    schema = {
        "type": "object",
        "x-kubernetes-validations": [{"rule": rule}],
        "properties": {
            "a": text,
            "a-b": text,
            "b": {"type": "object", "properties": {"a": text}},
            "free": {"type": "object", "additionalProperties": text},
            "any": {"x-kubernetes-preserve-unknown-fields": True},
            "resource": {"type": "object", embedded: True, "properties": {"a": text}},
            "list": {"type": "array", "items": {"type": "object", "properties": {"a": text}}},
        },
    }
    found = of_field(schema)
    assert [problem.rule.code for problem in found] == ["XP433"] * bool(unknown)
    assert all(unknown in problem.message for problem in found)


def test_fields_are_named_as_people_write_them() -> None:
    item = {"type": "object", "additionalProperties": {"description": "x"}}
    (problem,) = of_field({"type": "array", "items": item})
    assert "`a[][*]`" in problem.message
    assert "the whole object" in problems([])[0].message
    (problem,) = of_field({"type": "object", "anyOf": [{"properties": {"b": {"title": "x"}}}]})
    assert "`a.b`" in problem.message


@pytest.mark.parametrize("schema", [None, [], "x", 5, True])
def test_what_is_no_schema(schema: Any) -> None:
    assert [p.rule.code for p in problems(schema)] == ["XP420"]


@pytest.mark.parametrize(
    ("keyword", "value", "steps"),
    [
        ("required", ["a", 1], (1,)),
        ("required", "a", ()),
        ("properties", {"b": [], "c": None}, ("b",)),
        ("anyOf", [{}, "x"], (1,)),
        ("maxLength", 2**63, ()),
        ("maxLength", True, ()),
        ("nullable", "yes", ()),
        ("x-kubernetes-validations", [{"rule": 5}], (0, "rule")),
        ("externalDocs", {"url": 1}, ("url",)),
    ],
)
def test_the_member_of_a_wrong_type_is_shown(
    keyword: str, value: Any, steps: tuple[str | int, ...]
) -> None:
    found = [p for p in of_field({"type": "object", keyword: value}) if p.rule.code == "XP420"]
    assert [p.path for p in found] == [("properties", "a", keyword, *steps)]


def test_schemas_nest_to_any_depth() -> None:
    schema: dict[str, Any] = {"description": "x"}
    for _ in range(5_000):
        schema = {"type": "object", "properties": {"a": schema}}
    (problem,) = problems(schema)
    assert problem.rule.code == "XP423" and len(problem.path) == 10_000
    for _ in range(5_000):
        schema = {"anyOf": [schema]}
    assert problems(schema)


@pytest.mark.parametrize("leaf", ["same", "other"])
def test_values_nest_to_any_depth(leaf: str) -> None:
    """Values that are compared, too, and what they share is not unfolded."""

    def nested(inner: Any) -> Any:
        value: Any = [inner]
        for level in range(2_000):
            value = [value] if level % 2 else {"a": value}
        return value

    def doubled(inner: Any) -> Any:
        value: Any = [inner]
        for _ in range(60):
            value = [value, value]
        return value

    for make in (nested, doubled):
        schema = {
            "type": "array",
            "items": {"type": "string"},
            "x-kubernetes-preserve-unknown-fields": True,
            "default": make("same"),
            "enum": [make(leaf), make("third")],
        }
        found = [p.message for p in problems({"type": "object", "properties": {"a": schema}})]
        told = any("not one of the values in `enum`" in message for message in found)
        assert told is False or leaf == "other"


def test_problems_are_shown_from_the_first_on_and_not_without_end() -> None:
    properties = {f"a{i}": {"description": "x"} for i in range(1_000)}
    found = problems({"type": "object", "properties": properties})
    assert [p.path[1] for p in found] == [f"a{i}" for i in range(MAX_PROBLEMS)]


def test_what_aliases_stand_for_is_looked_at_once() -> None:
    """In full these would be 2^200 schemas; and a default is held against all of them."""
    shared: dict[str, Any] = {"type": "array"}
    for _ in range(200):
        shared = {"type": "object", "properties": {"a": shared, "b": shared}}
    (problem,) = problems(shared)
    assert problem.rule.code == "XP424"
    shared = {"minimum": 1}
    for _ in range(50):
        shared = {"anyOf": [shared, shared]}
    (problem,) = of_field({"type": "integer", "default": 0, "allOf": [shared]})
    assert (problem.rule.code, problem.severity) == ("XP007", WARNING)
    for _ in range(1_000):
        shared = {"not": shared}
    (problem,) = of_field({"type": "integer", "default": 0, "allOf": [shared]})
    assert (problem.rule.code, problem.severity) == ("XP007", WARNING)


def test_patterns_that_take_too_many_steps_are_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The work is counted, not measured: each machine leaves out the same, asked before or not."""
    # The limit is a second or two, of which one value takes a part.
    assert 2 * re2_match._MOST_WORK <= validation._MOST_MATCHING <= 2_000_000
    monkeypatch.setattr(re2_match, "_MOST_WORK", 5_000)
    monkeypatch.setattr(validation, "_MOST_MATCHING", 20_000)
    items = {"type": "string", "pattern": "(a{10}){9}b"}
    schema = {"type": "array", "items": items, "default": ["a" * 100] * 50 + ["c"]}
    for _ in range(2):
        (problem,) = of_field(schema)
        assert (problem.rule.code, problem.severity) == ("XP007", WARNING)
    schema = {**schema, "default": ["a" * 100, "c"]}
    (problem,) = of_field(schema)
    assert problem.rule.code == "XP432"


def test_findings_stand_in_the_file() -> None:
    text = "spec:\n  schema:\n    type: object\n    properties:\n      a: {typ: string}\n"
    document = Document("a.yaml", 0, 10, 1, text)
    schema = {"type": "object", "properties": {"a": {"typ": "string"}}}
    subject = Subject(document, {"spec": {"schema": schema}}, "Thing x")
    found = list(check_schema(subject, ("spec", "schema"), schema))
    positions = [(f.code, f.position.line, f.position.column) for f in found if f.position]
    assert positions == [("XP421", 14, 11), ("XP423", 14, 7)]
    only = list(check_schema_keywords(subject, ("spec", "schema"), schema))
    assert [f.code for f in only] == ["XP421"]
