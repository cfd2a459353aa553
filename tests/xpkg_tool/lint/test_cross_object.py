"""The rules that look at several objects of a package."""

from __future__ import annotations

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
from xpkg_tool.diagnostics.finding import ERROR, WARNING


def test_the_same_object_twice_is_shown_at_both_places() -> None:
    files = {"a.yaml": CONFIGURATION, "x.yaml": XRD, "y/x.yaml": "---\n" + XRD}
    found = findings(files)
    assert [(f.code, f.path, f.position.line if f.position else 0) for f in found] == [
        ("XP210", "x.yaml", 4),
        ("XP210", "y/x.yaml", 5),
    ]
    assert "y/x.yaml:2" in found[0].message and "x.yaml:1" in found[1].message


def test_another_version_of_the_kind_is_the_same_object() -> None:
    v1 = XRD.replace("crossplane.io/v2", "crossplane.io/v1")
    found = findings({"a.yaml": CONFIGURATION, "x.yaml": XRD + "---\n" + v1})
    assert codes_of(found) == ["XP210"] * 2


def test_kinds_that_the_package_cannot_hold_are_one_finding_each() -> None:
    """A namespaced kind may be there twice; an XRD in a Provider is wrong for another reason."""
    maps = "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: {namespace}}}\n"
        for namespace in ("one", "two", "two")
    )
    found = findings({"a.yaml": CONFIGURATION, "maps.yaml": maps})
    assert codes_of(found) == ["XP202"] * 3
    provider = CONFIGURATION.replace("Configuration", "Provider")
    found = findings({"a.yaml": provider, "x.yaml": XRD, "y.yaml": XRD})
    assert codes_of(found) == ["XP203"] * 2
    # Without a meta object it may be any package.
    found = findings({"x.yaml": XRD, "y.yaml": XRD})
    assert codes_of(found).count("XP210") == 2


def test_another_kind_of_the_same_name_is_another_object() -> None:
    composition = COMPOSITION.replace("name: things\n", "name: xthings.example.org\n")
    assert findings({"a.yaml": CONFIGURATION, "x.yaml": XRD, "c.yaml": composition}) == ()


def of_reference(path: str, value: str, xrd: str = XRD, **spec: Any) -> list[tuple[str, str]]:
    configuration = changed(CONFIGURATION, "spec", spec)
    composition = changed(COMPOSITION, f"spec.compositeTypeRef.{path}", value)
    found = findings({"a.yaml": configuration, "x.yaml": xrd, "c.yaml": composition})
    return [(f.code, f.severity) for f in found]


def test_the_version_of_an_xrd_of_the_package() -> None:
    assert of_reference("apiVersion", "example.org/v1") == []
    wrong = [("XP705", ERROR)]
    assert of_reference("apiVersion", "example.org/v2") == wrong
    second = """\
    - name: v2
      served: true
      referenceable: false
      schema: {openAPIV3Schema: {type: object}}
"""
    assert of_reference("apiVersion", "example.org/v2", XRD + second) == wrong


def test_a_claim_is_no_composite_resource() -> None:
    v1 = XRD.replace("crossplane.io/v2", "crossplane.io/v1").replace(
        "scope: Namespaced", "claimNames: {kind: Thing, plural: things}"
    )
    assert of_reference("kind", "Thing", v1) == [("XP705", ERROR)]


@pytest.mark.parametrize(("path", "value"), [("kind", "XOther"), ("apiVersion", "other.org/v1")])
def test_an_xrd_that_nothing_has(path: str, value: str) -> None:
    assert of_reference(path, value) == [("XP706", WARNING)]
    provider = {"provider": "xpkg.example.org/a/b", "version": "v1"}
    found = of_reference(path, value, dependsOn=[provider])
    assert found == [("XP706", WARNING)]
    other = {"configuration": "xpkg.example.org/a/b", "version": "v1"}
    assert of_reference(path, value, dependsOn=[other]) == []


OLD = """\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata:
  name: things
spec:
  compositeTypeRef: {apiVersion: example.org/v1, kind: XThing}
  patchSets: []
  resources: []
"""


@pytest.mark.parametrize(
    ("constraint", "severity"),
    [
        (None, ERROR),
        (">=v2.0.0", ERROR),
        (">=v1.12.1-0", WARNING),
        (">=v1.14.0, <v2.0.0-0", None),
        ("^v1", None),
    ],
)
@pytest.mark.parametrize(
    "old", [OLD, OLD + "  mode: Resources\n", COMPOSITION + "  environment: {}\n"]
)
def test_what_crossplane_1_alone_knows(constraint: str, severity: str | None, old: str) -> None:
    configuration = CONFIGURATION
    if constraint:
        configuration += f'spec:\n  crossplane:\n    version: "{constraint}"\n'
    # XRDs of v2 are of Crossplane 2.
    xrd = XRD if severity else XRD_V1
    found = findings({"a.yaml": configuration, "x.yaml": xrd, "c.yaml": old})
    expected = [("XP704", severity)] if severity else []
    assert [(f.code, f.severity) for f in found] == expected


def remedy_for(composition: str) -> str:
    (found,) = findings({"a.yaml": CONFIGURATION, "x.yaml": XRD, "c.yaml": composition})
    return found.remedy.partition(";")[0]


def test_the_remedy_names_a_program_that_converts() -> None:
    """The Crossplane CLI has `pipeline-composition` from 1.15 to 1.20, and
    `composition-environment` from 1.18 to 2.2."""
    pipeline = "`crossplane beta convert pipeline-composition`"
    environment = "`crossplane beta convert composition-environment`"
    assert remedy_for(OLD) == (
        f"Convert the Composition with {pipeline} of the Crossplane CLI 1.20 (newer ones cannot)"
    )
    assert f"{pipeline} and then {environment} of the Crossplane CLI 1.20 (newer" in remedy_for(
        OLD + "  environment: {}\n"
    )
    assert remedy_for(COMPOSITION + "  environment: {}\n") == (
        f"Convert the Composition with {environment} of the Crossplane CLI 1.20 to 2.2"
    )
    stores = "  publishConnectionDetailsWithStoreConfigRef: {name: default}\n"
    assert remedy_for(COMPOSITION + stores) == "Remove it"


def test_a_composition_in_a_provider_is_out_of_place_and_nothing_else() -> None:
    provider = CONFIGURATION.replace("Configuration", "Provider")
    found = findings({"a.yaml": provider, "c.yaml": OLD})
    assert codes_of(found) == ["XP203"]
