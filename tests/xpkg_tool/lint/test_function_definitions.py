"""The CRDs of a Function, which Crossplane 2.2 and later does not install."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.small_packages import findings

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: inputs.fn.example.org}
spec:
  group: fn.example.org
  names: {kind: Input, plural: inputs}
  scope: Namespaced
  versions:
    - {name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
"""


def of(kind: str, version: str | None, crd: str = CRD) -> list[str]:
    spec = "" if version is None else f'spec: {{crossplane: {{version: "{version}"}}}}\n'
    meta = f"apiVersion: meta.pkg.crossplane.io/v1\nkind: {kind}\nmetadata: {{name: a}}\n{spec}"
    found = findings({"a.yaml": meta, "crd.yaml": crd})
    return sorted({f"{f.severity} {f.code}" for f in found})


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        (None, "warning"),
        (">=v1.14.0-0", "warning"),
        (">=v2.0.0", "warning"),
        (">=v2.2.0", "warning"),
        ("v2.3.99", "warning"),
        ("<v2.2.0", "error"),
        ("~v2.1.0", "error"),
        (">=v1.14.0-0, <v2.0.0-0", "error"),
    ],
)
def test_what_a_cluster_would_refuse(version: str | None, severity: str) -> None:
    assert of("Function", version) == [f"{severity} XP402"]
    assert of("Provider", version) == ["error XP402"]


def test_objects_that_are_there_twice() -> None:
    good = CRD.replace("storage: false", "storage: true")
    assert of("Function", None, f"{good}---\n{good}") == ["warning XP210"]
    assert of("Provider", None, f"{good}---\n{good}") == ["error XP210"]


def test_what_crossplanes_own_build_refuses_stays_an_error() -> None:
    assert of("Function", None, CRD.replace("served: true", "served: 1")) == [
        "error XP204",
        "warning XP402",
    ]
    assert "error XP109" not in of("Function", None)


def test_the_meta_object_of_a_function_is_as_severe_as_any() -> None:
    meta = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: a\n"
    labelled = f"{meta}  labels: {{a: 'no spaces here'}}\n"
    assert [f.severity for f in findings({"a.yaml": labelled})] == ["error"]
