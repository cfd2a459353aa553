"""CustomResourceDefinitions: everything but the schemas inside them.

The rules are those of apiextensions-apiserver, pkg/apis/apiextensions/validation
(ValidateCustomResourceDefinition) for a definition that is created.
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.crds.shape import CRD, CRD_V1BETA1
from xpkg_tool.lint.crds.versions import check_versions
from xpkg_tool.lint.crds.webhook import check_conversion
from xpkg_tool.lint.fields import check_shape, choice, invalid, parts, required
from xpkg_tool.lint.metadata import check_metadata
from xpkg_tool.lint.schemas.check import check_schema_keywords
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.lint.type_names import check_type_names, has_protected_group
from xpkg_tool.package import types

CRD_PRESERVE = Rule("XP408", "crd-preserve", "A CRD sets `preserveUnknownFields: true`.")

_REQUIRED = (
    "spec",
    "spec.group",
    "spec.scope",
    "spec.names",
    "spec.names.kind",
    "spec.names.plural",
    "spec.versions[].name",
    "spec.versions[].schema",
    "spec.versions[].schema.openAPIV3Schema",
)


@checks(types.CRD)
def check_crd(subject: Subject) -> Iterator[Finding]:
    """All findings for a CustomResourceDefinition of the version v1."""
    yield from check_shape(subject, CRD)
    yield from check_metadata(subject)
    yield from required(subject, _REQUIRED)
    yield from choice(subject, "spec.scope", ("Namespaced", "Cluster"))
    yield from check_type_names(subject, "names")
    if has_protected_group(subject):
        # Few are.
        from xpkg_tool.lint.crds.group import check_group

        yield from check_group(subject, "metadata", "annotations")
    if subject.get("metadata", "namespace"):
        why = "is not allowed: a definition is cluster-scoped"
        yield invalid(subject, ("metadata", "namespace"), why, "Remove it.")
    if subject.get("spec", "preserveUnknownFields") is True:
        yield subject.finding(
            CRD_PRESERVE,
            "`spec.preserveUnknownFields` cannot be true.",
            "Remove it, and set `x-kubernetes-preserve-unknown-fields: true` in the schema where "
            "unknown fields should be kept.",
            ("spec", "preserveUnknownFields"),
        )
    yield from check_conversion(subject)
    yield from check_versions(subject)


@checks(types.CRD_V1BETA1)
def check_crd_v1beta1(subject: Subject) -> Iterator[Finding]:
    """What fails the build in a CustomResourceDefinition of the version v1beta1. That clusters
    accept none is in contents.py, since it depends on the package."""
    yield from check_shape(subject, CRD_V1BETA1)
    for holder in ("spec.validation", "spec.versions[].schema"):
        for path, schema in parts(subject.value, f"{holder}.openAPIV3Schema"):
            if schema is not None:
                yield from check_schema_keywords(subject, path, schema)
