"""The rules for XRDs."""

from __future__ import annotations

from typing import Any

import pytest
from small_packages import CONFIGURATION, XRD, XRD_V1, changed, codes_of, findings

from xpkg_tool import codes
from xpkg_tool.finding import ERROR, WARNING, Finding

SCHEMA = "spec.versions.0.schema.openAPIV3Schema"
CLAIM = {"kind": "Thing", "plural": "things"}


def of_xrd(text: str) -> tuple[Finding, ...]:
    return findings({"a.yaml": CONFIGURATION, "x.yaml": text})


def version(**fields: Any) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object"}}
    return {"name": "v1", "served": True, "referenceable": True, "schema": schema, **fields}


def test_right() -> None:
    assert of_xrd(XRD) == ()
    assert of_xrd(XRD_V1) == ()
    assert of_xrd(changed(XRD_V1, "spec.claimNames", CLAIM)) == ()
    assert of_xrd(changed(XRD_V1, "spec.connectionSecretKeys", ["a"])) == ()
    assert of_xrd(changed(XRD, "spec.scope", ...)) == ()
    two = [version(), version(name="v1alpha1", referenceable=False)]
    assert of_xrd(changed(XRD, "spec.versions", two)) == ()
    assert of_xrd(changed(XRD, "spec.conversion", {"strategy": "None"})) == ()


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("metadata.name", "things.example.org", codes.XRD_NAME),
        ("metadata.name", ..., codes.OBJECT_NAME),
        ("spec", ..., codes.OBJECT_REQUIRED),
        ("spec.names", ..., codes.OBJECT_REQUIRED),
        ("spec.names.kind", ..., codes.OBJECT_REQUIRED),
        ("spec.versions.0.name", ..., codes.OBJECT_REQUIRED),
        ("spec.names.singular", "Thing", codes.TYPE_NAMES),
        ("spec.names.kind", "X_Thing", codes.TYPE_NAMES),
        ("spec.names.listKind", "XThing", codes.TYPE_NAMES),
        ("spec.names.shortNames", ["xt", "x t"], codes.TYPE_NAMES),
        ("spec.versions.0.name", "v1.0", codes.TYPE_NAMES),
        ("spec.names.shortNames", "xt", codes.OBJECT_TYPE),
        ("spec.versions.0.name", 1, codes.OBJECT_TYPE),
        ("spec.Group", "example.org", codes.OBJECT_FIELD),
        ("spec.versions.0.storage", True, codes.OBJECT_FIELD),
        ("spec.scope", "LegacyCluster", codes.OBJECT_VALUE),
        ("spec.scope", "cluster", codes.OBJECT_VALUE),
        ("spec.defaultCompositionUpdatePolicy", "Never", codes.OBJECT_VALUE),
        ("spec.defaultCompositionRef", {}, codes.OBJECT_REQUIRED),
        ("spec.claimNames", CLAIM, codes.XRD_LEGACY_FIELD),
        ("spec.connectionSecretKeys", ["a"], codes.XRD_LEGACY_FIELD),
        ("spec.versions", [version(), version(name="v2")], codes.XRD_REFERENCEABLE),
        ("spec.versions", [version(referenceable=False)], codes.XRD_REFERENCEABLE),
        ("spec.versions", [version(served=False)], codes.XRD_SERVED),
        (
            "spec.versions",
            [version(served=False), version(name="v2", referenceable=False)],
            codes.XRD_SERVED,
        ),
        ("spec.versions", [version(), version(referenceable=False)], codes.XRD_VERSIONS),
        ("spec.versions.0.schema", ..., codes.XRD_SCHEMA),
        ("spec.versions.0.schema", {}, codes.XRD_SCHEMA),
        ("spec.versions.0.deprecationWarning", "old", codes.OBJECT_VALUE),
        ("spec.conversion", {"strategy": "Webhook"}, codes.OBJECT_REQUIRED),
        ("spec.conversion", {"strategy": "Webhok"}, codes.OBJECT_VALUE),
        (
            "spec.versions.0.additionalPrinterColumns",
            [{"name": "A", "type": "string", "jsonPath": "spec.a"}],
            codes.OBJECT_VALUE,
        ),
        (
            "spec.versions.0.additionalPrinterColumns",
            [{"name": "A", "type": "text", "jsonPath": ".spec.a"}],
            codes.OBJECT_VALUE,
        ),
    ],
)
def test_one_mistake_is_one_finding(path: str, value: object, code: str) -> None:
    found = of_xrd(changed(XRD, path, value))
    assert codes_of(found) == [code]
    assert found[0].severity == ERROR and found[0].object.startswith("CompositeResourceDefinition")


@pytest.mark.parametrize("plural", ["XThings", "x_things"])
def test_a_plural_name_that_is_wrong_cannot_be_in_the_name(plural: str) -> None:
    wrong = XRD.replace("xthings", plural)
    assert set(codes_of(of_xrd(wrong))) == {codes.OBJECT_NAME, codes.TYPE_NAMES}


@pytest.mark.parametrize("group", ["example", "Example.org"])
def test_a_group_is_a_dns_name_with_a_dot(group: str) -> None:
    assert codes.TYPE_NAMES in codes_of(of_xrd(XRD.replace("example.org", group)))


def test_claims() -> None:
    same = changed(XRD_V1, "spec.claimNames", {"kind": "XThing", "plural": "things"})
    (finding,) = of_xrd(same)
    assert finding.code == codes.XRD_CLAIM_NAMES and "'XThing'" in finding.message
    cluster = changed(changed(XRD_V1, "spec.claimNames", CLAIM), "spec.scope", "Cluster")
    assert codes_of(of_xrd(cluster)) == [codes.XRD_LEGACY_FIELD]


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ({"properties": {"data": {"type": "object"}}}, "data:"),
        ({"additionalProperties": True}, "additionalProperties: true"),
        ({"properties": {"spec": {"type": "string"}}}, "type: string"),
        ({"properties": {"spec": {"type": "object", "default": {}}}}, "default: {}"),
        (
            {
                "properties": {
                    "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                }
            },
            "x-kubernetes-preserve-unknown-fields: true",
        ),
        (
            {"properties": {"spec": {"type": "object", "properties": {"crossplane": {}}}}},
            "crossplane: {}",
        ),
    ],
)
def test_what_crossplane_ignores_is_a_warning(schema: dict[str, Any], line: str) -> None:
    found = [f for f in of_xrd(changed(XRD, SCHEMA, schema)) if f.code == codes.XRD_IGNORED]
    (finding,) = found
    assert finding.severity == WARNING
    assert finding.position is not None and finding.position.source.strip() == line


def test_fields_that_crossplane_adds_depend_on_the_scope() -> None:
    spec = {"type": "object", "properties": {"compositionRef": {"type": "object"}}}
    schema = {"type": "object", "properties": {"spec": spec}}
    assert of_xrd(changed(XRD, SCHEMA, schema)) == ()
    assert codes_of(of_xrd(changed(XRD_V1, SCHEMA, schema))) == [codes.XRD_IGNORED]
