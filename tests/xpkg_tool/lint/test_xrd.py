"""The rules for XRDs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, XRD, XRD_V1, changed, codes_of, findings
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding

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
        ("metadata.name", "things.example.org", "XP600"),
        ("metadata.name", ..., "XP206"),
        ("spec", ..., "XP208"),
        ("spec.names", ..., "XP208"),
        ("spec.names.kind", ..., "XP208"),
        ("spec.versions.0.name", ..., "XP208"),
        ("spec.names.singular", "Thing", "XP601"),
        ("spec.names.kind", "X_Thing", "XP601"),
        ("spec.names.kind", "X" * 60, "XP601"),
        ("spec.names.listKind", "XThing", "XP601"),
        ("spec.names.shortNames", ["xt", "x t"], "XP601"),
        ("spec.versions.0.name", "v1.0", "XP601"),
        ("spec.names.shortNames", "xt", "XP204"),
        ("spec.versions.0.name", 1, "XP204"),
        ("spec.Group", "example.org", "XP205"),
        ("spec.versions.0.storage", True, "XP205"),
        ("spec.scope", "LegacyCluster", "XP209"),
        ("spec.scope", "cluster", "XP209"),
        ("spec.defaultCompositionUpdatePolicy", "Never", "XP209"),
        ("spec.defaultCompositionRef", {}, "XP208"),
        ("spec.claimNames", CLAIM, "XP603"),
        ("spec.connectionSecretKeys", ["a"], "XP603"),
        ("spec.versions", [version(), version(name="v2")], "XP604"),
        ("spec.versions", [version(referenceable=False)], "XP604"),
        ("spec.versions", [version(served=False)], "XP605"),
        (
            "spec.versions",
            [version(served=False), version(name="v2", referenceable=False)],
            "XP605",
        ),
        ("spec.versions", [version(), version(referenceable=False)], "XP606"),
        ("spec.versions.0.schema", ..., "XP607"),
        ("spec.versions.0.schema", {}, "XP607"),
        ("spec.versions.0.deprecationWarning", "old", "XP209"),
        ("spec.conversion", {"strategy": "Webhook"}, "XP208"),
        ("spec.conversion", {"strategy": "Webhok"}, "XP209"),
        (
            "spec.versions.0.additionalPrinterColumns",
            [{"name": "A", "type": "string", "jsonPath": "spec.a"}],
            "XP209",
        ),
        (
            "spec.versions.0.additionalPrinterColumns",
            [{"name": "A", "type": "text", "jsonPath": ".spec.a"}],
            "XP209",
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
    assert set(codes_of(of_xrd(wrong))) == {"XP206", "XP601"}


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        ("spec.names.plural", "XThings", None),
        ("spec.names.plural", "x" * 64, None),
        ("spec.group", "example", None),
        ("spec.group", "Example.org", None),
        ("spec.group", f"{'long.' * 50}org", None),
        ("spec.names.plural", "things", "things.example.org"),
    ],
)
def test_the_name_that_is_proposed_is_right(path: str, value: str, name: str | None) -> None:
    text = changed(XRD, path, value)
    (finding,) = [f for f in of_xrd(text) if f.code == "XP600"]
    if name is None:
        assert finding.remedy.startswith("Fix `spec.names.plural` and `spec.group` first")
    else:
        assert finding.remedy.startswith(f"Write `name: {name}`")
        assert of_xrd(changed(text, "metadata.name", name)) == ()


@pytest.mark.parametrize("group", ["example", "Example.org"])
def test_a_group_is_a_dns_name_with_a_dot(group: str) -> None:
    assert "XP601" in codes_of(of_xrd(XRD.replace("example.org", group)))


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"singular": "xthing"}, "The singular of the claim, 'xthing', is the default singular of"),
        ({"singular": "xthings"}, "is the plural of"),
        ({"shortNames": ["t", "xthing"]}, "The short name of the claim, 'xthing', is the default"),
        ({"listKind": "XThingList"}, "is the default list kind of the composite resource."),
        ({"kind": "XThingList"}, "The kind of the claim, 'XThingList', is the default list kind"),
        ({"plural": "xthing"}, "The plural of the claim, 'xthing', is the default singular"),
    ],
)
def test_a_name_of_a_claim_is_none_of_its_composite_resource(
    names: dict[str, Any], says: str
) -> None:
    """The defaults count, too: a group has each name once."""
    claim = {"kind": "Thing", "plural": "things", **names}
    (finding,) = of_xrd(changed(XRD_V1, "spec.claimNames", claim))
    assert finding.code == "XP602" and says in finding.message


def test_a_group_of_kubernetes_needs_an_approval() -> None:
    """Which the definition that is made of the XRD takes from `spec.metadata`."""
    text = XRD.replace("example.org", "example.k8s.io")
    (finding,) = of_xrd(text)
    assert finding.code == "XP400" and "`spec.metadata.annotations`" in finding.message
    approval = {"annotations": {"api-approved.kubernetes.io": "unapproved, experimental"}}
    assert codes_of(of_xrd(changed(text, "spec.metadata", approval))) == []


def test_claims() -> None:
    same = changed(XRD_V1, "spec.claimNames", {"kind": "XThing", "plural": "things"})
    (finding,) = of_xrd(same)
    assert finding.code == "XP602" and "'XThing'" in finding.message
    cluster = changed(changed(XRD_V1, "spec.claimNames", CLAIM), "spec.scope", "Cluster")
    assert codes_of(of_xrd(cluster)) == ["XP603"]


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
    found = [f for f in of_xrd(changed(XRD, SCHEMA, schema)) if f.code == "XP608"]
    (finding,) = found
    assert finding.severity == WARNING
    assert finding.position is not None and finding.position.source.strip() == line


@pytest.mark.parametrize(
    ("admitted", "expected"),
    [
        (">=v2.3.0-0", []),
        (">=v2.0.0", [("XP205", WARNING)] * 2),
        ("~v2.1.0", [("XP205", ERROR)] * 2),
        (">=v2.2.0, <v2.3.0-0", [("XP205", ERROR)]),
        (None, [("XP205", WARNING)] * 2),
    ],
)
def test_a_newer_field_depends_on_the_release(
    admitted: str | None, expected: list[tuple[str, str]]
) -> None:
    scale = {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a"}
    text = changed(XRD, "spec.versions.0.subresources", {"scale": scale})
    text = changed(text, "spec.defaultCompositionRevisionSelector", {"matchLabels": {"a": "b"}})
    meta = changed(CONFIGURATION, "spec", {"crossplane": {"version": admitted}} if admitted else {})
    found = findings({"a.yaml": meta, "x.yaml": text})
    assert [(f.code, f.severity) for f in found] == expected
    newest = [f for f in found if "subresources" in f.message]
    assert all("Crossplane 2.3 and later" in f.message for f in newest)
    assert all('`spec.crossplane.version: ">=v2.3.0-0"`' in f.remedy for f in newest)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("LegacyCluster", []),
        ("Cluster", [("XP205", WARNING)]),
        ("Namespaced", [("XP205", WARNING)]),
    ],
)
def test_crossplane_1_has_one_scope(scope: str, expected: list[tuple[str, str]]) -> None:
    meta = changed(CONFIGURATION, "spec", {"crossplane": {"version": ">=v1.14.0-0"}})
    found = findings({"a.yaml": meta, "x.yaml": changed(XRD_V1, "spec.scope", scope)})
    assert [(f.code, f.severity) for f in found] == expected


def test_a_remedy_names_no_other_field() -> None:
    (finding,) = of_xrd(changed(XRD, "spec.defaultCompositionRevision", {"name": "a"}))
    assert finding.code == "XP205" and "Did you mean" not in finding.remedy
    (finding,) = of_xrd(changed(XRD, "spec.defaultCompositonRef", {"name": "a"}))
    assert "Did you mean `defaultCompositionRef`?" in finding.remedy
    (finding,) = of_xrd(changed(XRD, "spec.versions.0.storage", True))
    assert "Did you mean" not in finding.remedy


def test_an_empty_list_of_connection_secret_keys_is_none() -> None:
    """Go leaves it out of what the package manager sends."""
    assert of_xrd(changed(XRD, "spec.connectionSecretKeys", [])) == ()


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ({}, WARNING),
        ({"status": {}}, WARNING),
        ({"status": None, "a": []}, WARNING),
        ({"status": {"a": 0}}, ERROR),
        ({"status": False}, ERROR),
        ([{}], ERROR),
        ({"a": {"a": {"a": {"a": {}}}}}, ERROR),
    ],
)
def test_of_an_unknown_field_that_says_nothing_nothing_is_lost(
    value: object, severity: str
) -> None:
    (finding,) = of_xrd(changed(XRD, "spec.versions.0.whatever", value))
    assert (finding.code, finding.severity) == ("XP205", severity)
    # The field itself is known since 2.3.
    found = of_xrd(changed(XRD, "spec.versions.0.subresources", {"status": value}))
    assert codes_of(found) == ["XP205"] * 2
    assert any(f.severity == ERROR for f in found) == (severity == ERROR)


def test_a_boolean_that_is_missing_is_false() -> None:
    second = {"name": "v2", "schema": {"openAPIV3Schema": {"type": "object"}}}
    found = of_xrd(changed(XRD, "spec.versions", [version(), second]))
    assert [(f.code, f.severity) for f in found] == [("XP208", WARNING)] * 2


@pytest.mark.parametrize(
    ("schema", "ignored"),
    [
        ({"metadata": {"type": "object"}}, []),
        ({"metadata": {"properties": {"name": {"type": "string", "maxLength": 12}}}}, []),
        ({"metadata": {"properties": {"name": {"maxLength": 63, "description": "d"}}}}, []),
        (
            {"metadata": {"properties": {"name": {"maxLength": 12, "pattern": "^a"}}}},
            ["metadata.properties.name.pattern"],
        ),
        (
            {"metadata": {"properties": {"name": {"maxLength": 64}}}},
            ["metadata.properties.name.maxLength"],
        ),
        (
            {"metadata": {"required": ["labels"], "properties": {"labels": {"type": "object"}}}},
            ["metadata.required", "metadata.properties.labels"],
        ),
        ({"apiVersion": {"type": "string", "description": "d"}, "kind": {"type": "string"}}, []),
        ({"kind": {"type": "string", "enum": ["XThing"]}}, ["kind.enum"]),
        (
            {"status": {"type": "object", "properties": {"crossplane": {"type": "object"}}}},
            [],
        ),
    ],
)
def test_what_is_taken_of_a_schema(schema: dict[str, Any], ignored: list[str]) -> None:
    found = of_xrd(changed(XRD, SCHEMA, {"properties": schema}))
    assert {(f.code, f.severity) for f in found} <= {("XP608", WARNING)}
    place = "`spec.versions[0].schema.openAPIV3Schema.properties."
    named = [f.message.partition("` ")[0].replace(place, "") for f in found]
    assert sorted(named) == sorted(ignored)


@pytest.mark.parametrize(
    ("required", "expected"), [(["spec", "kind"], []), (["status"], ["XP608"])]
)
def test_what_is_required_of_the_whole_object(required: list[str], expected: list[str]) -> None:
    found = of_xrd(changed(XRD, SCHEMA, {"type": "object", "required": required}))
    assert codes_of(found) == expected


@pytest.mark.parametrize(
    ("admitted", "rule", "expected"),
    [
        (">=v2.2.0", "self.metadata.name != 'a'", []),
        (">=v2.0.0", "self.metadata.name != 'a'", [("XP608", WARNING)]),
        ("~v2.1.0", "self.metadata.name != 'a'", [("XP608", WARNING)]),
        (">=v2.2.0", "self.metadata.namespace != 'a'", [("XP433", ERROR)]),
        (
            ">=v1.14.0-0",
            "self.metadata.namespace != 'a'",
            [("XP608", WARNING), ("XP433", ERROR)],
        ),
        ("~v2.1.0", "self.metadata.namespace != 'a'", [("XP608", WARNING)]),
        (">=v2.2.0", "self.metadata.name ==", [("XP433", ERROR)]),
    ],
)
def test_rules_at_the_top_depend_on_the_release(
    admitted: str, rule: str, expected: list[tuple[str, str]]
) -> None:
    schema = {"type": "object", "x-kubernetes-validations": [{"rule": rule, "message": "m"}]}
    meta = changed(CONFIGURATION, "spec", {"crossplane": {"version": admitted}})
    found = findings({"a.yaml": meta, "x.yaml": changed(XRD_V1, SCHEMA, schema)})
    assert [(f.code, f.severity) for f in found] == expected


CLAIMED = changed(XRD_V1, "spec.claimNames", CLAIM)


@pytest.mark.parametrize(
    ("xrd", "name", "expected"),
    [
        (XRD_V1, "resourceRef", []),
        (XRD_V1, "compositeDeletePolicy", []),
        (CLAIMED, "resourceRef", ["XP608"]),
        (CLAIMED, "compositeDeletePolicy", ["XP608"]),
        (XRD_V1, "claimRef", ["XP608"]),
        (XRD_V1, "crossplane", []),
        # Crossplane 1 alone has it, and without a constraint that is not meant.
        (XRD_V1, "publishConnectionDetailsTo", []),
    ],
)
def test_what_crossplane_replaces(xrd: str, name: str, expected: list[str]) -> None:
    spec = {"type": "object", "properties": {name: {"type": "string"}}}
    schema = {"type": "object", "properties": {"spec": spec}}
    assert codes_of(of_xrd(changed(xrd, SCHEMA, schema))) == expected


@pytest.mark.parametrize(
    ("xrd", "name", "expected"),
    [
        (XRD, "crossplane", []),
        (XRD, "compositionSelector", ["XP434"]),
        (XRD_V1, "compositionSelector", []),
        (CLAIMED, "compositionSelector", []),
        (XRD_V1, "claimRef", []),
        # Claims have none.
        (CLAIMED, "claimRef", ["XP434"]),
        (CLAIMED, "resourceRef", ["XP434"]),
    ],
)
def test_what_crossplane_adds_may_be_required(xrd: str, name: str, expected: list[str]) -> None:
    spec = {"type": "object", "required": [name], "properties": {"a": {"type": "string"}}}
    schema = {"type": "object", "properties": {"spec": spec}}
    assert codes_of(of_xrd(changed(xrd, SCHEMA, schema))) == expected


def test_an_unknown_keyword_of_a_schema_is_a_warning() -> None:
    spec = {"type": "object", "properties": {"a": {"type": "string", "minLenght": 1}}}
    found = of_xrd(changed(XRD, SCHEMA, {"type": "object", "properties": {"spec": spec}}))
    assert [(f.code, f.severity) for f in found] == [("XP421", WARNING)]


def test_fields_that_crossplane_adds_depend_on_the_scope() -> None:
    spec = {"type": "object", "properties": {"compositionRef": {"type": "object"}}}
    schema = {"type": "object", "properties": {"spec": spec}}
    assert of_xrd(changed(XRD, SCHEMA, schema)) == ()
    assert codes_of(of_xrd(changed(XRD_V1, SCHEMA, schema))) == ["XP608"]
