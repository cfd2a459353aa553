"""The names under which the package manager installs the functions of a pipeline."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.small_packages import COMPOSITION, CONFIGURATION, XRD, changed, findings
from xpkg_tool.diagnostics.finding import WARNING, Finding


def function(package: str, **fields: str) -> dict[str, str]:
    form = {"apiVersion": "pkg.crossplane.io/v1", "kind": "Function", "package": package}
    return {**form, "version": ">=v1.0.0", **fields}


MINE = function("registry.example.org/builds/team/function-mine")


def of_names(*names: str, depends: list[dict[str, str]]) -> list[Finding]:
    steps = [{"step": f"s{i}", "functionRef": {"name": name}} for i, name in enumerate(names)]
    configuration = changed(CONFIGURATION, "spec", {"dependsOn": depends})
    composition = changed(COMPOSITION, "spec.pipeline", steps)
    return [*findings({"a.yaml": configuration, "x.yaml": XRD, "c.yaml": composition})]


def brief(found: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in found]


ONE = [("XP707", WARNING)]


def test_the_remedy_has_the_right_name() -> None:
    (found,) = of_names("function-mine", depends=[MINE])
    assert (found.code, found.severity) == ("XP707", WARNING)
    assert "`name: builds-team-function-mine`" in found.remedy
    assert found.position and "function-mine" in found.position.source
    assert of_names("builds-team-function-mine", depends=[MINE]) == []


def test_each_step_is_looked_at() -> None:
    names = ("function-mine", "builds-team-function-mine", "function-other")
    assert brief(of_names(*names, depends=[MINE])) == ONE * 2


@pytest.mark.parametrize(
    "dependency",
    [
        {"function": "registry.example.org/builds/team/function-mine", "version": ">=v1.0.0"},
        function(MINE["package"], apiVersion="pkg.crossplane.io/v1beta1"),
    ],
)
def test_every_form_of_a_dependency(dependency: dict[str, str]) -> None:
    assert brief(of_names("function-mine", depends=[dependency])) == ONE
    assert of_names("builds-team-function-mine", depends=[dependency]) == []


def test_a_password_is_no_name() -> None:
    """Of a source with one, nothing is installed."""
    secret = function("canary:canary@registry.example.org/team/function-other")
    (found, *_) = of_names("function-mine", depends=[MINE, secret])
    assert "canary" not in found.message + found.remedy


def test_without_a_function_among_the_dependencies_nothing_is_known() -> None:
    provider = function("registry.example.org/a/provider-b", kind="Provider")
    assert of_names("function-mine", depends=[]) == []
    assert of_names("function-mine", depends=[provider]) == []


def test_a_configuration_may_bring_other_functions() -> None:
    other = function("registry.example.org/a/configuration-b", kind="Configuration")
    assert of_names("some-other-name", depends=[MINE, other]) == []
    assert brief(of_names("function-mine", depends=[MINE, other])) == ONE
    assert brief(of_names("some-other-name", depends=[MINE])) == ONE


PIPELINE = {
    "mode": "Pipeline",
    "pipeline": [{"step": "a", "functionRef": {"name": "function-mine"}}],
}


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Operation", PIPELINE),
        ("CronOperation", {"schedule": "@daily", "operationTemplate": {"spec": PIPELINE}}),
        (
            "WatchOperation",
            {"watch": {"apiVersion": "v1", "kind": "A"}, "operationTemplate": {"spec": PIPELINE}},
        ),
    ],
)
def test_operations_have_pipelines_too(kind: str, spec: Any) -> None:
    value = {
        "apiVersion": "ops.crossplane.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "o"},
        "spec": spec,
    }
    configuration = changed(CONFIGURATION, "spec", {"dependsOn": [MINE]})
    found = findings({"a.yaml": configuration, "o.yaml": json.dumps(value)})
    assert brief([*found]) == ONE


@pytest.mark.parametrize("name", [None, "", 5, [], {}])
def test_a_name_that_is_none_is_another_finding(name: Any) -> None:
    found = of_names(name, depends=[MINE])
    assert "XP707" not in [f.code for f in found] and found
