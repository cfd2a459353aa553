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
from xpkg_tool.diagnostics import codes
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
    ],
)
def test_right(path: str, value: Any) -> None:
    assert of_composition(changed(COMPOSITION, path, value)) == ()


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("metadata.name", "Upper", codes.OBJECT_NAME),
        ("spec.compositeTypeRef", ..., codes.OBJECT_REQUIRED),
        ("spec.compositeTypeRef.kind", ..., codes.OBJECT_REQUIRED),
        ("spec.compositeTypeRef.apiVersion", "v1", codes.OBJECT_VALUE),
        ("spec.mode", "pipeline", codes.OBJECT_VALUE),
        ("spec.pipeline", ..., codes.PIPELINE),
        ("spec.pipeline", [], codes.PIPELINE),
        ("spec.pipeline", {}, codes.OBJECT_TYPE),
        (f"{STEP}.step", ..., codes.OBJECT_REQUIRED),
        (f"{STEP}.step", "", codes.OBJECT_REQUIRED),
        (f"{STEP}.step", 1, codes.OBJECT_TYPE),
        (f"{STEP}.functionRef", ..., codes.OBJECT_REQUIRED),
        (f"{STEP}.functionRef", {}, codes.OBJECT_REQUIRED),
        (f"{STEP}.functionRef", {"nam": "f", "name": "f"}, codes.OBJECT_FIELD),
        (f"{STEP}.inputs", {"a": 1}, codes.OBJECT_FIELD),
        (f"{STEP}.input", {"kind": "Input"}, codes.STEP_INPUT),
        (f"{STEP}.input", [], codes.STEP_INPUT),
        (f"{STEP}.credentials", [{"name": "c", "source": "Secret"}], codes.OBJECT_REQUIRED),
        (f"{STEP}.credentials", [{"name": "c", "source": "Vault"}], codes.OBJECT_VALUE),
        (f"{STEP}.credentials", [SECRET] * 2, codes.STEP_NAME),
        (f"{STEP}.credentials", [{"name": "c", "source": "None"}], codes.OBJECT_VALUE),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{**RESOURCE, "name": "cm"}] * 2},
            codes.STEP_NAME,
        ),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{**RESOURCE, "name": "cm", "matchLabels": {"a": "b"}}]},
            codes.REQUIREMENT,
        ),
        (
            f"{STEP}.requirements",
            {"requiredResources": [{"requirementName": "r", "kind": "ConfigMap", "name": "cm"}]},
            codes.OBJECT_REQUIRED,
        ),
    ],
)
def test_one_mistake_is_one_finding(path: str, value: Any, code: str) -> None:
    found = of_composition(changed(COMPOSITION, path, value))
    assert [(f.code, f.severity) for f in found] == [(code, ERROR)]


@pytest.mark.parametrize(
    ("admitted", "expected"),
    [
        (">=v2.0.0", [(codes.REQUIREMENT, WARNING)]),
        ("~v2.1.0", [(codes.REQUIREMENT, ERROR)]),
        (">=v2.3.0", []),
        # Not known there at all, and dropped.
        ("<v2.0.0-0", [(codes.OBJECT_FIELD, ERROR)]),
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
    assert [(f.code, f.position.line if f.position else 0) for f in found] == [
        (codes.STEP_NAME, 10)
    ]
    assert "`spec.pipeline[0].step`" in found[0].message


@pytest.mark.parametrize(("count", "expected"), [(99, []), (100, [codes.PIPELINE])])
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
        ("Operation", {"mode": "Pipeline"}, [codes.PIPELINE]),
        ("Operation", {"pipeline": PIPELINE["pipeline"]}, [codes.OBJECT_REQUIRED]),
        ("Operation", with_credentials({"name": "c", "source": "None"}), []),
        ("Operation", {**PIPELINE, "retryLimit": "five"}, [codes.OBJECT_TYPE]),
        ("CronOperation", {"schedule": "@daily", "operationTemplate": TEMPLATE}, []),
        ("CronOperation", {}, [codes.OBJECT_REQUIRED] * 2),
        (
            "CronOperation",
            {"schedule": "@daily", "operationTemplate": {"spec": {}}},
            [codes.OBJECT_REQUIRED, codes.PIPELINE],
        ),
        (
            "CronOperation",
            {"schedule": "@daily", "operationTemplate": TEMPLATE, "concurrencyPolicy": "No"},
            [codes.OBJECT_VALUE],
        ),
        (
            "WatchOperation",
            {"watch": {"apiVersion": "v1", "kind": "A"}, "operationTemplate": TEMPLATE},
            [],
        ),
        ("WatchOperation", {}, [codes.OBJECT_REQUIRED] * 2),
    ],
)
def test_operations(kind: str, spec: Any, expected: list[str]) -> None:
    assert of_object(kind, spec) == expected


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"activate": ["*.example.org"]}, []),
        ({"activate": []}, [codes.OBJECT_VALUE]),
        ({"activate": "*"}, [codes.OBJECT_TYPE]),
        ({}, [codes.OBJECT_REQUIRED]),
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
    assert of_definition(state="On") == [codes.OBJECT_VALUE]
    assert of_definition(versions=...) == [codes.OBJECT_REQUIRED]
    assert of_definition(versions=[{"name": "v1", "served": "yes", "storage": True}]) == [
        codes.OBJECT_TYPE
    ]
    assert of_definition(names={"kind": "Thing", "plural": "thingies"}) == [codes.XRD_NAME]
