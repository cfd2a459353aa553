"""Webhook configurations: what Kubernetes says of them once Crossplane has filled them in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from tests.xpkg_tool.small_packages import findings
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.documents.loader import load, locate
from xpkg_tool.documents.stream import Document, split

PROVIDER = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-a
"""
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "webhooks.jsonl").read_text(encoding="utf-8").splitlines()
]


def of_configuration(value: Any) -> list[Finding]:
    # Indented, so that each field has a line of its own.
    text = json.dumps(value, indent=1)
    found = findings({"crossplane.yaml": PROVIDER, "o.yaml": text})
    return [finding for finding in found if finding.path == "o.yaml"]


def test_the_cases_are_there() -> None:
    refused = [case for case in CASES if case["errors"]]
    assert len(refused) > 60 and len(CASES) - len(refused) > 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_what_a_cluster_refuses_is_an_error_and_nothing_else(case: dict[str, Any]) -> None:
    found = of_configuration(case["object"])
    errors = [finding for finding in found if finding.severity == ERROR]
    (document,) = split("o.yaml", json.dumps(case["object"], indent=1).encode())[0]
    assert bool(errors) == bool(case["errors"]), (case["errors"], found)
    for error in case["errors"]:
        if not error.startswith("decode:"):
            assert any(is_at(document, error, finding) for finding in errors), (error, errors)
    for finding in found:
        assert finding.position is not None and finding.remedy and finding.message.endswith(".")


def is_at(document: Document, error: str, finding: Finding) -> bool:
    """Whether the finding is where the error is: at the field or, where that is not there, at the
    part above it, or at a part of it."""
    assert finding.position is not None
    path = steps(error)
    value = load(document)
    while path and part(value, path) is None:
        path = path[:-1]
    if not path:
        return True
    places = [path]
    inside = part(value, path)
    if isinstance(inside, dict):
        places += [(*path, key) for key in inside]
    elif isinstance(inside, list):
        places += [(*path, index) for index in range(len(inside))]
    return any(
        locate(document, place, key=key).line == finding.position.line
        for place in places
        for key in (True, False)
    )


def steps(error: str) -> tuple[str | int, ...]:
    error = re.sub(r'^strict: unknown field "([^"]*)"$', r"\1: unknown", error)
    text = error.split(": ")[0]
    found = [a or b for a, b in re.findall(r"\[([^\]]*)\]|\.?([^.\[]+)", text)]
    return tuple(int(step) if step.isdigit() else step for step in found)


def part(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


WEBHOOK = {
    "name": "buckets.example.org",
    "admissionReviewVersions": ["v1"],
    "sideEffects": "None",
}


def configuration(name: str | None, kind: str = "ValidatingWebhookConfiguration") -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": kind,
        "metadata": {} if name is None else {"name": name},
        "webhooks": [WEBHOOK],
    }


@pytest.mark.parametrize("name", [None, "", "Upper", "a/b"])
def test_crossplane_names_the_configuration_itself(name: str | None) -> None:
    found = of_configuration(configuration(name))
    assert [(f.code, f.severity) for f in found] == [("XP206", WARNING)]


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_nothing_is_lost_of_an_unknown_field_that_is_empty(empty: Any) -> None:
    found = of_configuration({**configuration("a"), "spec": empty})
    assert [(f.code, f.severity) for f in found] == [("XP205", WARNING)]
    found = of_configuration({**configuration("a"), "spec": {"a": 1}})
    assert [(f.code, f.severity) for f in found] == [("XP205", ERROR)]


def of_two(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str]]:
    files = {"a.yaml": json.dumps(first), "b.yaml": json.dumps(second)}
    return [(f.code, f.severity) for f in findings({"crossplane.yaml": PROVIDER, **files})]


def test_two_configurations_of_a_kind_become_one() -> None:
    both = (configuration("a"), configuration("b"))
    assert of_two(*both) == [("XP505", ERROR)]
    # Said once, where they have the same name already.
    both = (configuration("a"), configuration("a"))
    assert of_two(*both) == [("XP210", ERROR)] * 2
    both = (configuration("a"), configuration("a", "MutatingWebhookConfiguration"))
    assert of_two(*both) == []


@pytest.mark.parametrize("value", [None, [], {}, "x", 1, True, [None], [[]], {"a": None}])
@pytest.mark.parametrize(
    "path",
    [
        ("metadata",),
        ("webhooks",),
        ("webhooks", 0, "clientConfig"),
        ("webhooks", 0, "clientConfig", "service"),
        ("webhooks", 0, "rules"),
        ("webhooks", 0, "rules", 0, "resources"),
        ("webhooks", 0, "objectSelector"),
        ("webhooks", 0, "objectSelector", "matchLabels"),
        ("webhooks", 0, "objectSelector", "matchExpressions"),
        ("webhooks", 0, "objectSelector", "matchExpressions", 0, "values"),
        ("webhooks", 0, "matchConditions"),
        ("webhooks", 0, "admissionReviewVersions"),
    ],
)
def test_no_value_breaks_a_rule(path: tuple[str | int, ...], value: Any) -> None:
    whole: dict[str, Any] = configuration("a")
    place: Any = whole
    for step, following in zip(path, path[1:]):
        if isinstance(step, str) and step not in place:
            place[step] = [{}] if isinstance(following, int) else {}
        elif isinstance(step, str) and isinstance(following, str):
            place[step] = dict(place[step])
        elif isinstance(step, str):
            place[step] = [dict(item) for item in place[step]]
        place = place[step]
    place[path[-1]] = value
    for finding in of_configuration(whole):
        assert finding.position is not None and finding.remedy and finding.message.endswith(".")
