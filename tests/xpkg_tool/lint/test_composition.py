"""The rules for Compositions, Operations and what activates managed resources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.small_packages import (
    COMPOSITION,
    CONFIGURATION,
    XRD,
    XRD_V1,
    changed,
    codes_of,
    findings,
)
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding

STEP = "spec.pipeline.0"
SECRET = {"name": "c", "source": "Secret", "secretRef": {"name": "s", "namespace": "ns"}}
RESOURCE = {"requirementName": "r", "apiVersion": "v1", "kind": "ConfigMap"}


def of_composition(text: str) -> tuple[Finding, ...]:
    return findings({"a.yaml": CONFIGURATION, "c.yaml": text, "x.yaml": XRD})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.mode", "Pipeline"),
        ("spec.writeConnectionSecretsToNamespace", "a"),
        (f"{STEP}.input", {"apiVersion": "a.example.org/v1", "kind": "Input", "any": [1]}),
        (f"{STEP}.credentials", [SECRET]),
        (f"{STEP}.requirements", {"requiredResources": [{**RESOURCE, "matchLabels": {"a": "b"}}]}),
        (f"{STEP}.requirements", {"requiredResources": [{**RESOURCE, "name": "cm"}]}),
        # Go leaves out what is empty.
        (
            f"{STEP}.requirements",
            {"requiredResources": [{**RESOURCE, "name": "cm", "matchLabels": {}}]},
        ),
        ("metadata.labels", {"provider": "aws"}),
        # The API server takes an empty name.
        (f"{STEP}.step", ""),
    ],
)
def test_right(path: str, value: Any) -> None:
    assert of_composition(changed(COMPOSITION, path, value)) == ()


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("metadata.name", "Upper", "XP206"),
        ("spec.compositeTypeRef", ..., "XP208"),
        ("spec.compositeTypeRef.kind", ..., "XP208"),
        ("spec.compositeTypeRef.apiVersion", "v1", "XP209"),
        ("spec.mode", "pipeline", "XP209"),
        ("spec.pipeline", ..., "XP700"),
        ("spec.pipeline", [], "XP700"),
        ("spec.pipeline", {}, "XP204"),
        ("spec.pipeline", [None], "XP208"),
        (f"{STEP}.credentials", [None], "XP208"),
        (f"{STEP}.step", ..., "XP208"),
        (f"{STEP}.step", 1, "XP204"),
        (f"{STEP}.functionRef", ..., "XP208"),
        (f"{STEP}.functionRef", {}, "XP208"),
        (f"{STEP}.functionRef", {"nam": "f", "name": "f"}, "XP205"),
        (f"{STEP}.inputs", {"a": 1}, "XP205"),
        (f"{STEP}.input", {"kind": "Input"}, "XP703"),
        (f"{STEP}.input", [], "XP703"),
        (f"{STEP}.input", {"apiVersion": "a/b/c", "kind": "Input"}, "XP703"),
        (f"{STEP}.input", {"apiVersion": "a/b", "kind": "An Input"}, "XP703"),
        (f"{STEP}.input", {"apiVersion": "a/b", "kind": "I", "metadata": "a"}, "XP703"),
        (
            f"{STEP}.input",
            {"apiVersion": "a/b", "kind": "I", "metadata": {"labels": {"a": 1}}},
            "XP703",
        ),
        ("metadata.name", "a" * 64, "XP206"),
        (f"{STEP}.credentials", [{"name": "c", "source": "Secret"}], "XP208"),
        (f"{STEP}.credentials", [{"name": "c", "source": "Vault"}], "XP209"),
        (f"{STEP}.credentials", [SECRET] * 2, "XP701"),
        (f"{STEP}.credentials", [{"name": "c", "source": "None"}], "XP209"),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{**RESOURCE, "name": "cm"}] * 2},
            "XP701",
        ),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{**RESOURCE, "name": "cm", "matchLabels": {"a": "b"}}]},
            "XP702",
        ),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{"requirementName": "r", "kind": "ConfigMap", "name": "cm"}]},
            "XP208",
        ),
    ],
)
def test_one_mistake_is_one_finding(path: str, value: Any, code: str) -> None:
    found = of_composition(changed(COMPOSITION, path, value))
    assert [(f.code, f.severity) for f in found] == [(code, ERROR)]


@pytest.mark.parametrize(
    ("admitted", "expected"),
    [
        (">=v2.0.0", [("XP702", WARNING)]),
        ("~v2.1.0", [("XP702", ERROR)]),
        (">=v2.3.0", []),
        # Not known there at all, and dropped.
        ("<v2.0.0-0", [("XP205", ERROR)]),
    ],
)
def test_a_resource_without_a_name_or_labels_depends_on_the_release(
    admitted: str, expected: list[tuple[str, str]]
) -> None:
    configuration = changed(CONFIGURATION, "spec", {"crossplane": {"version": admitted}})
    composition = changed(COMPOSITION, f"{STEP}.requirements", {"requiredResources": [RESOURCE]})
    found = findings({"a.yaml": configuration, "c.yaml": composition, "x.yaml": XRD_V1})
    assert [(f.code, f.severity) for f in found] == expected


def test_step_names_differ() -> None:
    found = of_composition(COMPOSITION + "    - step: one\n      functionRef: {name: f}\n")
    assert [(f.code, f.position.line if f.position else 0) for f in found] == [("XP701", 10)]
    assert "`spec.pipeline[0].step`" in found[0].message


@pytest.mark.parametrize(("count", "expected"), [(99, []), (100, ["XP700"])])
def test_at_most_99_steps(count: int, expected: list[str]) -> None:
    steps = [{"step": f"s{i}", "functionRef": {"name": "f"}} for i in range(count)]
    assert codes_of(of_composition(changed(COMPOSITION, "spec.pipeline", steps))) == expected


PIPELINE = {"mode": "Pipeline", "pipeline": [{"step": "a", "functionRef": {"name": "f"}}]}
TEMPLATE = {"spec": PIPELINE}


def with_credentials(credentials: dict[str, Any]) -> dict[str, Any]:
    step = {"step": "a", "functionRef": {"name": "f"}, "credentials": [credentials]}
    return {"mode": "Pipeline", "pipeline": [step]}


def of_object(kind: str, spec: Any, api_version: str = "ops.crossplane.io/v1alpha1") -> list[str]:
    value = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "o"}, "spec": spec}
    return codes_of(findings({"a.yaml": CONFIGURATION, "o.yaml": json.dumps(value)}))


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Operation", PIPELINE, []),
        ("Operation", {"mode": "Pipeline"}, ["XP700"]),
        ("Operation", {**PIPELINE, "mode": ""}, ["XP208"]),
        ("Operation", {"pipeline": PIPELINE["pipeline"]}, ["XP208"]),
        ("Operation", with_credentials({"name": "c", "source": "None"}), []),
        ("Operation", {**PIPELINE, "retryLimit": "five"}, ["XP204"]),
        ("CronOperation", {"schedule": "@daily", "operationTemplate": TEMPLATE}, []),
        ("CronOperation", {}, ["XP208"] * 2),
        (
            "CronOperation",
            {
                "schedule": "@daily",
                "operationTemplate": {**TEMPLATE, "metadata": {"labels": {"a": "b"}}},
                "failedHistoryLimit": 2**31,
            },
            ["XP205", "XP204"],
        ),
        ("Operation", {**PIPELINE, "retryLimit": 2**63}, ["XP204"]),
        ("Operation", {**PIPELINE, "retryLimit": 2**63 - 1}, []),
        (
            "CronOperation",
            {"schedule": "@daily", "operationTemplate": {"spec": {}}},
            ["XP208", "XP700"],
        ),
        (
            "CronOperation",
            {"schedule": "@daily", "operationTemplate": TEMPLATE, "concurrencyPolicy": "No"},
            ["XP209"],
        ),
        (
            "WatchOperation",
            {"watch": {"apiVersion": "v1", "kind": "A"}, "operationTemplate": TEMPLATE},
            [],
        ),
        ("WatchOperation", {}, ["XP208"] * 2),
    ],
)
def test_operations(kind: str, spec: Any, expected: list[str]) -> None:
    assert of_object(kind, spec) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"activate": ["*.example.org"]}, []),
        ({"activate": []}, ["XP209"]),
        ({"activate": ["a.example.org", "[a"]}, ["XP209"]),
        # What is misspelt is not missing as well.
        ({"Activate": ["*.example.org"]}, ["XP205"]),
        ({"activate": "*"}, ["XP204"]),
        ({}, ["XP208"]),
    ],
)
def test_activation_policies(spec: Any, expected: list[str]) -> None:
    kind, api_version = "ManagedResourceActivationPolicy", "apiextensions.crossplane.io/v1alpha1"
    assert of_object(kind, spec, api_version) == expected


def of_definition(**fields: Any) -> list[str]:
    spec = {
        "group": "example.org",
        "names": {"kind": "Thing", "plural": "things"},
        "scope": "Cluster",
        "versions": [{"name": "v1", "served": True, "storage": True}],
        **fields,
    }
    value = {
        "apiVersion": "apiextensions.crossplane.io/v1alpha1",
        "kind": "ManagedResourceDefinition",
        "metadata": {"name": "things.example.org"},
        "spec": {field: part for field, part in spec.items() if part is not ...},
    }
    provider = CONFIGURATION.replace("Configuration", "Provider")
    return codes_of(findings({"a.yaml": provider, "m.yaml": json.dumps(value)}))


def test_definitions_of_managed_resources() -> None:
    assert of_definition() == []
    assert of_definition(state="Active", connectionDetails=[]) == []
    assert of_definition(state="On") == ["XP209"]
    assert of_definition(versions=...) == ["XP208"]
    assert of_definition(versions=[{"name": "v1", "served": "yes", "storage": True}]) == ["XP204"]
    assert of_definition(names={"kind": "Thing", "plural": "thingies"}) == ["XP600"]
