"""Printer columns with the same name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, CRD, XRD, changed, findings
from xpkg_tool.diagnostics.finding import WARNING

MANAGED = """\
apiVersion: apiextensions.crossplane.io/v1alpha1
kind: ManagedResourceDefinition
metadata:
  name: buckets.example.org
spec:
  group: example.org
  names: {kind: Bucket, plural: buckets}
  scope: Cluster
  versions:
    - {name: v1, served: true, storage: true}
"""
TYPES = {"Provider": (CRD, MANAGED), "Configuration": (XRD,)}


def of_columns(type: str, text: str, *names: Any) -> list[tuple[str, str, str]]:
    columns = [{"name": name, "type": "string", "jsonPath": ".spec.a"} for name in names]
    text = changed(text, "spec.versions.0.additionalPrinterColumns", columns)
    found = findings({"a.yaml": CONFIGURATION.replace("Configuration", type), "o.yaml": text})
    return [(f.code, f.severity, f.message) for f in found]


@pytest.mark.parametrize(
    ("type", "text"), [(type, text) for type, texts in TYPES.items() for text in texts]
)
def test_in_whatever_defines_a_type(type: str, text: str) -> None:
    assert of_columns(type, text, "A", "B", "a") == []
    ((code, severity, message),) = of_columns(type, text, "A", "B", "A")
    assert (code, severity) == ("XP410", WARNING)
    assert "`spec.versions[0].additionalPrinterColumns[0]`" in message


def test_each_version_has_columns_of_its_own() -> None:
    column = "{name: A, type: string, jsonPath: .spec.a}"
    version = f"""\
    - name: %s
      served: true
      storage: %s
      additionalPrinterColumns: [{column}]
      schema: {{openAPIV3Schema: {{type: object}}}}
"""
    head = CRD.partition("    - name: v1")[0]
    text = head + version % ("v1", "true") + version % ("v2", "false")
    provider = CONFIGURATION.replace("Configuration", "Provider")
    assert findings({"a.yaml": provider, "o.yaml": text}) == ()


@pytest.mark.parametrize("name", [None, "", 5])
def test_a_name_that_is_none_is_another_finding(name: Any) -> None:
    found = of_columns("Provider", CRD, name, name)
    assert found and "XP410" not in [code for code, _, _ in found]
