"""What a package holds in all."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.small_packages import (
    COMPOSITION,
    CONFIGURATION,
    XRD,
    XRD_V1,
    all_findings,
    brief,
    changed,
    findings,
)
from xpkg_tool.diagnostics.finding import ERROR, WARNING

OLD = """\
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata:
  name: buckets.example.org
spec:
  group: example.org
  names: {kind: Bucket, plural: buckets}
  scope: Namespaced
  version: v1
"""
DEPENDS = """\
spec:
  dependsOn:
    - provider: registry.example.org/a/b
      version: v1.0.0
"""


def of_package(type: str, **files: str) -> list[tuple[str, str]]:
    meta = CONFIGURATION.replace("Configuration", type)
    sources = {"meta.yaml": meta, **{f"{name}.yaml": text for name, text in files.items()}}
    return [(f.code, f.severity) for f in all_findings(sources)]


def test_a_cluster_refuses_a_provider_with_a_crd_of_v1beta1() -> None:
    assert of_package("Provider", crd=OLD) == [("XP409", ERROR)]


def test_nothing_of_a_function_is_installed() -> None:
    assert of_package("Function", crd=OLD) == [("XP409", WARNING)]


@pytest.mark.parametrize("type", ["Provider", "Configuration"])
def test_a_package_that_installs_nothing(type: str) -> None:
    assert of_package(type) == [("XP113", WARNING)]
    meta = CONFIGURATION.replace("Configuration", type)
    assert all_findings({"meta.yaml": meta + DEPENDS}) == ()
    # A dependency that cannot be read is one all the same.
    found = all_findings({"meta.yaml": meta + "spec:\n  dependsOn: [{}]\n"})
    assert found and "XP113" not in [f.code for f in found]


def test_a_function_needs_no_objects() -> None:
    assert of_package("Function") == []


def test_objects_that_cannot_be_read_are_there_all_the_same() -> None:
    found = of_package("Configuration", broken="a: [\n")
    assert "XP113" not in [code for code, _ in found] and found
    found = of_package("Configuration", foreign="apiVersion: v1\nkind: Secret\n")
    assert [code for code, _ in found] == ["XP202"]


def test_objects_are_enough() -> None:
    assert of_package("Configuration", xrd=XRD, composition=COMPOSITION) == []


def test_a_kind_that_no_admitted_release_knows_is_an_error() -> None:
    assert of_release(XRD, "^1.20") == ["XP202 1:13"]
    assert of_release(OPERATION, ">=1.14, <2.0.0-0") == ["XP202 1:13"]
    assert of_release(ACTIVATION_POLICY, "~2.0.0") == ["XP202 1:13"]


def test_a_kind_that_some_admitted_release_knows_is_none() -> None:
    for constraint in (">=v1.14.0-0", "^1.20 || ~2.0.0", ">=2.0.0"):
        assert of_release(XRD, constraint) == []
    assert of_release(OPERATION, "2.0.x") == []
    assert of_release(ACTIVATION_POLICY, ">=2.0.0") == []
    assert of_release(XRD_V1, "^1.20") == []


OPERATION = """\
apiVersion: ops.crossplane.io/v1alpha1
kind: Operation
metadata: {name: a}
spec: {mode: Pipeline, pipeline: [{step: a, functionRef: {name: a}}]}
"""
ACTIVATION_POLICY = """\
apiVersion: apiextensions.crossplane.io/v1alpha1
kind: ManagedResourceActivationPolicy
metadata: {name: a}
spec: {activate: ["*"]}
"""


def of_release(text: str, constraint: str) -> list[str]:
    meta = changed(CONFIGURATION, "spec", {"crossplane": {"version": constraint}})
    return brief(findings({"a.yaml": meta, "b.yaml": text}))
