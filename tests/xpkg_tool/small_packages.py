"""Small packages for the tests of rules, and what is found in them."""

from __future__ import annotations

from typing import Any, Sequence

import yaml

from xpkg_tool.building.build import PackageRequest, read
from xpkg_tool.diagnostics.finding import Finding

CONFIGURATION = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration-a
"""
PROVIDER = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-a
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: buckets.example.org
spec:
  group: example.org
  names: {kind: Bucket, plural: buckets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
"""
CLUSTER_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.org
spec:
  group: example.org
  names: {kind: Thing, listKind: ThingList, plural: things, singular: thing}
  scope: Cluster
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
"""
XRD = """\
apiVersion: apiextensions.crossplane.io/v2
kind: CompositeResourceDefinition
metadata:
  name: xthings.example.org
spec:
  group: example.org
  names: {kind: XThing, plural: xthings}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      referenceable: true
      schema:
        openAPIV3Schema:
          type: object
"""
XRD_V1 = XRD.replace("crossplane.io/v2", "crossplane.io/v1").replace("  scope: Namespaced\n", "")
COMPOSITION = """\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata:
  name: things
spec:
  compositeTypeRef: {apiVersion: example.org/v1, kind: XThing}
  pipeline:
    - step: one
      functionRef: {name: function-things}
"""


def findings(files: dict[str, str]) -> tuple[Finding, ...]:
    """What is found in a package of these files; but not that it has a meta object alone, since
    many tests are about nothing else (test_contents.py is about that)."""
    return tuple(f for f in all_findings(files) if f.code != "XP113")


def all_findings(files: dict[str, str]) -> tuple[Finding, ...]:
    """Everything that is found in a package of these files."""
    sources = {path: text.encode() for path, text in files.items()}
    return read(PackageRequest("test", "", sources, {}))[1]


def brief(found: Sequence[Finding]) -> list[str]:
    """`code line:column` of each finding."""
    return [f"{f.code} {f.position.line}:{f.position.column}" for f in found if f.position]


def codes_of(found: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in found]


def changed(text: str, path: str, value: Any) -> str:
    """The document with another value at the dotted path (numbers lead into lists); `...` takes
    the part away."""
    document = yaml.safe_load(text)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    part = document
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return str(yaml.safe_dump(document, sort_keys=False))
