"""`oldSelf` in validation rules, as apiextensions-apiserver has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.xpkg_tool.cases import VECTORS
from tests.xpkg_tool.small_packages import CONFIGURATION, XRD, changed, codes_of, findings
from xpkg_tool.diagnostics.finding import ERROR

PROVIDER = CONFIGURATION.replace("Configuration", "Provider")
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "transitions.jsonl").read_text(encoding="utf-8").splitlines()
]


def definition(schema: Any) -> str:
    return json.dumps(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "things.example.org"},
            "spec": {
                "group": "example.org",
                "names": {"kind": "Thing", "plural": "things"},
                "scope": "Cluster",
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": schema},
                    }
                ],
            },
        }
    )


def of_spec(x: Any) -> Any:
    spec = {"type": "object", "properties": {"x": x}}
    return {"type": "object", "properties": {"spec": spec}}


def test_the_cases_are_there() -> None:
    refused = [case for case in CASES if case["errors"]]
    assert len(refused) > 25 and len(CASES) - len(refused) > 25


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_in_a_crd(case: dict[str, Any]) -> None:
    found = findings({"a.yaml": PROVIDER, "o.yaml": definition(of_spec(case["x"]))})
    assert {(f.code, f.severity) for f in found} == (
        {("XP435", ERROR)} if case["errors"] else set()
    ), (case["errors"], found)
    assert all(f.position and f.remedy for f in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["case"]))
def test_in_an_xrd(case: dict[str, Any]) -> None:
    schema = of_spec(case["x"])
    xrd = changed(XRD, "spec.versions.0.schema.openAPIV3Schema", schema)
    found = findings({"a.yaml": CONFIGURATION, "o.yaml": xrd})
    assert set(codes_of(found)) == ({"XP435"} if case["errors"] else set())


def test_the_place_is_the_rule() -> None:
    rule = {"rule": "self == oldSelf", "message": "immutable"}
    item = {"type": "string", "x-kubernetes-validations": [{"rule": "true"}, rule]}
    schema = of_spec({"type": "array", "items": item})
    text = yaml.safe_dump(json.loads(definition(schema)))
    (found,) = findings({"a.yaml": PROVIDER, "o.yaml": text})
    assert found.position is not None
    assert found.position.source.strip() == "rule: self == oldSelf"
    assert found.message.startswith("Rule 2 of `spec.x[]` uses `oldSelf`")
    assert "match old items of `spec.x` with" in found.message
