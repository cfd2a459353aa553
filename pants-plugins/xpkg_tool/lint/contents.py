"""What a package contains as a whole, by its type (XP113, XP202, XP409, XP505)."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.lint.fields import require_release, shown
from xpkg_tool.package.content import PackageContent
from xpkg_tool.package.crossplane_versions import before, releases
from xpkg_tool.package.file import Object
from xpkg_tool.package.types import CONFIGURATION, FIRST_RELEASES, PROVIDER, type_of_meta

NO_OBJECTS = Rule("XP113", "no-objects", "A package installs nothing.", WARNING)
UNKNOWN_KIND = Rule(
    "XP202", "unknown-kind", "No package can hold an object of this kind.", fatal=True
)
CRD_V1BETA1 = Rule("XP409", "crd-v1beta1", "A CRD has an apiVersion that Kubernetes has removed.")
WEBHOOK_CONFIGURATIONS = Rule(
    "XP505", "webhook-configurations", "Two webhook configurations get the same name."
)

_CRD = "CustomResourceDefinition"
_CRD_GROUP = "apiextensions.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"
# What a package of a type is for. A Function needs no objects.
_USUAL = {CONFIGURATION: "its XRDs and Compositions", PROVIDER: "its CustomResourceDefinitions"}


def check_contents(content: PackageContent) -> Iterator[Finding]:
    """All findings for the contents of a package, by its type."""
    types = {type_of_meta(meta.object.kind) for meta in content.metas}
    is_provider = types == {PROVIDER}
    for object in content.objects:
        if object.kind.api_version == f"{_CRD_GROUP}/v1beta1" and object.kind.kind == _CRD:
            yield _removed(object, is_provider)
    if len(content.metas) == 1:
        yield from _too_new(content, releases(content.metas[0].value)[-1])
    if is_provider:
        yield from _configurations(content)


def check_emptiness(content: PackageContent) -> Iterator[Finding]:
    """A warning for a package that has nothing to install. A Function needs no objects, and a
    package may exist only for its dependencies."""
    if content.objects or len(content.metas) != 1:
        return
    (meta,) = content.metas
    type = type_of_meta(meta.object.kind)
    spec = meta.value.get("spec")
    depends = isinstance(spec, dict) and bool(spec.get("dependsOn"))
    if type is None or type not in _USUAL or depends:
        return
    yield meta.object.finding(
        NO_OBJECTS,
        f"The {type.name} has neither objects nor dependencies, so it installs nothing.",
        f"Add the files of {_USUAL[type]} to `sources`, or the packages that it depends on to "
        "`spec.dependsOn`.",
        ("kind",),
    )


def _too_new(content: PackageContent, newest: str) -> Iterator[Finding]:
    """Objects of kinds that `newest`, the newest release of Crossplane that the package admits,
    does not know yet. That only older ones do not is no fault."""
    for object in content.objects:
        first = FIRST_RELEASES.get(object.kind)
        if first is not None and newest in before(first):
            yield object.finding(
                UNKNOWN_KIND,
                f"Crossplane {first} is the first release that knows {object.kind}, and the meta "
                "object's `spec.crossplane.version` admits only older ones, which refuse the "
                "whole package.",
                f"{require_release(first)}, or leave the file out of `sources`.",
                ("apiVersion",),
            )


def _removed(object: Object, is_provider: bool) -> Finding:
    """A Provider's revision is refused as a whole; what a Function holds is never installed."""
    message = "Kubernetes 1.22 removed v1beta1 of CustomResourceDefinition"
    if is_provider:
        message += ": a cluster refuses the whole package"
    return object.finding(
        CRD_V1BETA1,
        f"{message}.",
        "Write `apiVersion: apiextensions.k8s.io/v1`, with a structural schema in each version.",
        ("apiVersion",),
        severity=ERROR if is_provider else WARNING,
    )


def _configurations(content: PackageContent) -> Iterator[Finding]:
    """Crossplane gives all webhook configurations of a kind in a package one and the same name."""
    first: dict[str, Object] = {}
    for object in content.objects:
        if object.kind.group != _ADMISSION:
            continue
        before = first.setdefault(object.kind.kind, object)
        # Objects of one kind and name are another finding.
        if before is not object and before.name != object.name:
            place = f"{before.document.path}:{before.document.line}"
            yield object.finding(
                WEBHOOK_CONFIGURATIONS,
                f"The package has another {object.kind.kind}, {shown(before.name)} at {place}. "
                "Crossplane gives both the same name, so only one of them is installed.",
                "Put all webhooks into one of them.",
                ("metadata", "name"),
            )
