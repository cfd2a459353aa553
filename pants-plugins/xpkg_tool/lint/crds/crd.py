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
from xpkg_tool.lint.fields import check_shape, choice, invalid, parts, required, shown
from xpkg_tool.lint.metadata import check_metadata
from xpkg_tool.lint.schemas.check import check_schema_keywords
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.lint.type_names import check_type_names
from xpkg_tool.package import types

CRD_GROUP = Rule("XP400", "crd-group", "A CRD's group belongs to Kubernetes and has no approval.")
CRD_PRESERVE = Rule("XP408", "crd-preserve", "A CRD sets `preserveUnknownFields: true`.")

_APPROVAL = "api-approved.kubernetes.io"
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
    yield from _long_kind(subject)
    yield from _group(subject)
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


def _long_kind(subject: Subject) -> Iterator[Finding]:
    """Without a `listKind`, Kubernetes appends `List` to the kind."""
    names = subject.get("spec", "names")
    kind = names.get("kind") if isinstance(names, dict) else None
    if isinstance(kind, str) and not names.get("listKind") and 59 < len(kind) <= 63:
        why = "is too long: with `List` appended, it has more than 63 characters"
        yield invalid(subject, ("spec", "names", "kind"), why, "Shorten it, or add a `listKind`.")


def _group(subject: Subject) -> Iterator[Finding]:
    group = subject.get("spec", "group")
    if not isinstance(group, str) or not f".{group}".endswith((".k8s.io", ".kubernetes.io")):
        return
    if not _is_approved(subject):
        yield subject.finding(
            CRD_GROUP,
            f"The group {shown(group)} belongs to Kubernetes, which requires the annotation "
            f"`{_APPROVAL}` for it: a URL, or a string that begins with `unapproved`.",
            "Use a group of your own.",
            ("spec", "group"),
        )


def _is_approved(subject: Subject) -> bool:
    approval = subject.get("metadata", "annotations", _APPROVAL)
    if not isinstance(approval, str):
        return False
    scheme, separator, rest = approval.partition("://")
    return approval.startswith("unapproved") or bool(scheme and separator and rest.strip("/"))
