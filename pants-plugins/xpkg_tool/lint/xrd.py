"""The rules for CompositeResourceDefinitions (XRDs), of apiextensions.crossplane.io v1 and v2.

They are those of Crossplane's CRDs for them (cluster/crds), of what makes CustomResourceDefinitions
of an XRD (internal/xcrd), and of Kubernetes for the result.
"""

from __future__ import annotations

from typing import Any, Iterator

from xpkg_tool.diagnostics.finding import REFUSED, AnyFinding, Finding, ReleaseFinding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.crds.columns import COLUMN_TYPES, check_format, check_subresources, plain_path
from xpkg_tool.lint.crds.shape import CONVERSION, SCALE, SCHEMA, columns
from xpkg_tool.lint.crds.versions import check_deprecation
from xpkg_tool.lint.crds.webhook import check_webhook_of_xrd
from xpkg_tool.lint.fields import (
    check_newer_fields,
    check_shape,
    choice,
    invalid,
    missing,
    parts,
    repeated,
    required,
    required_booleans,
    shown,
)
from xpkg_tool.lint.metadata import check_metadata
from xpkg_tool.lint.shapes import (
    ANYTHING,
    BOOLEAN,
    LABEL_SELECTOR,
    STRING,
    ListOf,
    MapOf,
    Shape,
    Struct,
    object_with,
    strings,
)
from xpkg_tool.lint.subject import Subject, checks, dotted
from xpkg_tool.lint.type_names import (
    NAMES,
    check_type_names,
    has_protected_group,
    kinds,
    resource_names,
)
from xpkg_tool.lint.xrd_crds import LEGACY_SCOPE, scope_of
from xpkg_tool.lint.xrd_schema import check_schema_of_version
from xpkg_tool.package import types
from xpkg_tool.package.crossplane_versions import RELEASES, since

XRD_CLAIM_NAMES = Rule(
    "XP602", "xrd-claim-names", "A claim has the same name as its composite resource."
)
XRD_LEGACY_FIELD = Rule(
    "XP603", "xrd-legacy-field", "An XRD of v2 has claims or connection secrets."
)
XRD_REFERENCEABLE = Rule(
    "XP604", "xrd-referenceable", "An XRD does not have exactly one referenceable version."
)
XRD_SERVED = Rule("XP605", "xrd-served", "A version of an XRD that must be served is not.")
XRD_VERSIONS = Rule("XP606", "xrd-versions", "Two versions of an XRD have the same name.")

_VERSION = Struct(
    {
        "name": STRING,
        **dict.fromkeys(("referenceable", "served", "deprecated"), BOOLEAN),
        "deprecationWarning": STRING,
        "schema": SCHEMA,
        "additionalPrinterColumns": columns(),
        "subresources": Struct({"scale": SCALE}),
    },
    since={"subresources": "2.3"},
)


def _definition(since: dict[str, str]) -> Struct:
    spec: dict[str, Shape] = {
        "group": STRING,
        "names": NAMES,
        "scope": STRING,
        "claimNames": NAMES,
        "connectionSecretKeys": ListOf(STRING),
        "defaultCompositeDeletePolicy": STRING,
        "defaultCompositionRef": Struct(strings("name")),
        "defaultCompositionRevisionSelector": LABEL_SELECTOR,
        "enforcedCompositionRef": Struct(strings("name")),
        "defaultCompositionUpdatePolicy": STRING,
        "versions": ListOf(_VERSION),
        "conversion": CONVERSION,
        "metadata": Struct({"labels": MapOf(STRING), "annotations": MapOf(STRING)}),
    }
    return object_with(spec=Struct(spec, since), status=MapOf(ANYTHING))


XRD_V1 = _definition({"scope": "2.0", "defaultCompositionRevisionSelector": "2.2"})
XRD_V2 = _definition({"defaultCompositionRevisionSelector": "2.2"})

_REQUIRED = (
    "spec",
    "spec.group",
    "spec.names",
    "spec.names.kind",
    "spec.names.plural",
    "spec.claimNames.kind",
    "spec.claimNames.plural",
    "spec.defaultCompositionRef.name",
    "spec.enforcedCompositionRef.name",
    "spec.versions",
    "spec.versions[].name",
    "spec.versions[].additionalPrinterColumns[].name",
    "spec.versions[].additionalPrinterColumns[].type",
    "spec.versions[].additionalPrinterColumns[].jsonPath",
    "spec.conversion.strategy",
    "spec.conversion.webhook.clientConfig.service.name",
    "spec.conversion.webhook.clientConfig.service.namespace",
    "spec.defaultCompositionRevisionSelector.matchExpressions[].key",
    "spec.defaultCompositionRevisionSelector.matchExpressions[].operator",
)
_BOOLEANS = ("spec.versions[].referenceable", "spec.versions[].served")
_CHOICES = {
    "spec.defaultCompositeDeletePolicy": ("Background", "Foreground"),
    "spec.defaultCompositionUpdatePolicy": ("Automatic", "Manual"),
    "spec.conversion.strategy": ("None", "Webhook"),
    "spec.versions[].additionalPrinterColumns[].type": COLUMN_TYPES,
}
_CLAIM_FIELDS = ("kind", "plural", "singular", "listKind")
_LEGACY_FIELDS = {"claimNames": "claims", "connectionSecretKeys": "connection secrets"}


@checks(types.XRD_V1, types.XRD_V2)
def check_xrd(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for an XRD."""
    shape = XRD_V2 if _is_v2(subject) else XRD_V1
    yield from check_shape(subject, shape)
    legacy = (("spec", "scope"), LEGACY_SCOPE)
    yield from check_newer_fields(subject, shape, usual=legacy)
    yield from check_metadata(subject)
    yield from required(subject, _REQUIRED)
    yield from required_booleans(subject, _BOOLEANS)
    yield from _choices(subject)
    yield from check_type_names(subject, "names", "claimNames")
    if has_protected_group(subject):
        from xpkg_tool.lint.crds.group import check_group

        # The annotations of the XRD itself are not given to what is made of it.
        yield from check_group(subject, "spec", "metadata", "annotations")
    yield from _claims(subject)
    yield from _versions(subject)
    yield from _columns(subject)
    yield from _conversion(subject)
    for path, version in parts(subject.value, "spec.versions[]"):
        if isinstance(version, dict):
            # Older releases drop the field, which is another finding.
            for finding in check_subresources(subject, path, version.get("subresources")):
                yield ReleaseFinding(finding, since("2.3"), REFUSED)
            yield from check_deprecation(subject, path, version)
            yield from check_schema_of_version(subject, path, version)


def _is_v2(subject: Subject) -> bool:
    return bool(subject.value.get("apiVersion") == "apiextensions.crossplane.io/v2")


def _choices(subject: Subject) -> Iterator[Finding]:
    legacy = () if _is_v2(subject) else (LEGACY_SCOPE,)
    # Crossplane leaves out what is empty, so that it is as if it was not there.
    if subject.get("spec", "scope"):
        yield from choice(subject, "spec.scope", ("Namespaced", "Cluster", *legacy))
    for pattern, allowed in _CHOICES.items():
        yield from choice(subject, pattern, allowed)


def _claims(subject: Subject) -> Iterator[Finding]:
    claim = subject.get("spec", "claimNames")
    scope = scope_of(subject.value, RELEASES[-1])
    # v2 has them in no scope: the legacy one is no scope of v2.
    if _is_v2(subject) or scope != LEGACY_SCOPE:
        whose = "XRDs of v2" if _is_v2(subject) else f"Composite resources of the scope {scope}"
        for field, what in _LEGACY_FIELDS.items():
            # Go leaves out a list that is empty.
            if subject.get("spec", field) not in (None, []):
                yield subject.finding(
                    XRD_LEGACY_FIELD,
                    f"{whose} have no {what}: `spec.{field}` is refused.",
                    "Remove the field, or use apiextensions.crossplane.io/v1 and the scope "
                    "LegacyCluster.",
                    ("spec", field),
                    key=True,
                )
        return
    same = set()
    for field in _CLAIM_FIELDS:
        mine = subject.get("spec", "names", field)
        if isinstance(claim, dict) and mine and claim.get(field) == mine:
            same.add(field)
            yield subject.finding(
                XRD_CLAIM_NAMES,
                f"The claim and the composite resource have the same {field}, {mine!r}.",
                "Give them different names; by convention those of the composite resource begin "
                "with X.",
                ("spec", "claimNames", field),
            )
    for names_of in (resource_names, kinds):
        taken = {name: what for _, name, what in names_of(subject.get("spec", "names"))}
        for path, name, what in names_of(claim):
            if name in taken and path[0] not in same:
                yield subject.finding(
                    XRD_CLAIM_NAMES,
                    f"The {what} of the claim, {name!r}, is the {taken[name]} of the composite "
                    "resource.",
                    "Give them different names; by convention those of the composite resource "
                    "begin with X.",
                    ("spec", "claimNames", *path),
                )


def _versions(subject: Subject) -> Iterator[Finding]:
    for again, first, name in repeated(subject.value, "spec.versions", "name"):
        yield subject.finding(
            XRD_VERSIONS,
            f"There is already a version {name!r}, at `{dotted(first[:-1])}`.",
            "Remove one of them, or give it another name.",
            again,
        )
    versions = subject.get("spec", "versions")
    if not isinstance(versions, list) or not all(isinstance(v, dict) for v in versions):
        return
    chosen = [i for i, version in enumerate(versions) if version.get("referenceable") is True]
    served = [i for i, version in enumerate(versions) if version.get("served") is True]
    if len(chosen) != 1:
        path: PathOf = ("spec", "versions")
        what = "No version is"
        if chosen:
            what = f"{len(chosen)} versions are"
            path = (*path, chosen[1], "referenceable")
        yield subject.finding(
            XRD_REFERENCEABLE,
            f"{what} referenceable; exactly one must be.",
            "Set `referenceable: true` on the version that Compositions are for, and `false` on "
            "the others.",
            path,
            key=not chosen,
        )
    if versions and not served:
        path, what = ("spec", "versions"), "No version is served, so nobody can use the resource."
    elif len(chosen) == 1 and chosen[0] not in served:
        path = ("spec", "versions", chosen[0], "served")
        what = "The referenceable version is not served, so Crossplane cannot work with it."
    else:
        return
    yield subject.finding(
        XRD_SERVED,
        what,
        "Set `served: true` on the referenceable version.",
        path,
        key=path[-1] == "versions",
    )


def _columns(subject: Subject) -> Iterator[Finding]:
    where = "spec.versions[].additionalPrinterColumns[].jsonPath"
    for path, value in parts(subject.value, where):
        if isinstance(value, str) and value and not value.startswith("."):
            yield invalid(
                subject,
                path,
                f"is {shown(value)}; a column's path must begin with a dot",
                f"Write {shown(plain_path(value))}.",
            )
    for path, column in parts(subject.value, "spec.versions[].additionalPrinterColumns[]"):
        if isinstance(column, dict):
            yield from check_format(subject, path, column)


def _conversion(subject: Subject) -> Iterator[AnyFinding]:
    conversion: Any = subject.get("spec", "conversion")
    if not isinstance(conversion, dict):
        return
    webhook = ("spec", "conversion", "webhook")
    if conversion.get("strategy") == "Webhook":
        why = ": the strategy is Webhook"
        if subject.get(*webhook) is None:
            yield missing(subject, webhook, why)
            return
        for field in ("clientConfig", "conversionReviewVersions"):
            if subject.get(*webhook, field) in (None, []):
                yield missing(subject, (*webhook, field), why)
        yield from check_webhook_of_xrd(subject)
    elif conversion.get("strategy") == "None" and not _is_v2(subject):
        finding = invalid(
            subject,
            ("spec", "conversion", "strategy"),
            "is `None`, which the API server refuses in XRDs of v1: it requires the strategy "
            "Webhook and a `webhook`",
            "Remove `spec.conversion`: without it, versions are not converted either.",
        )
        yield ReleaseFinding(finding, since("2.0"), REFUSED)
    elif conversion.get("webhook") is not None and conversion.get("strategy") == "None":
        yield invalid(
            subject,
            webhook,
            "is only allowed with the strategy Webhook",
            "Remove it, or set the strategy.",
        )
