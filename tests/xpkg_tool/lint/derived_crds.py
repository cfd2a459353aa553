"""The CustomResourceDefinitions that Crossplane makes of an XRD, as a whole: what the rules know of
their schemas (xpkg_tool/lint/xrd_crds.py), with all that the rules need not know.

Source: Crossplane's internal/xcrd, from 2.3 on pkg/xcrd of crossplane-runtime. From 2.3 on the
scale subresource is taken.
"""

from __future__ import annotations

from typing import Any, Mapping

from xpkg_tool.lint.xrd_crds import (
    LEGACY_SCOPE,
    NAMESPACED,
    added_to_claims,
    added_to_composites,
    schema_of_version,
    scope_of,
)
from xpkg_tool.package.crossplane_versions import since

SCALE_SINCE = "2.3"


def composite_crd(xrd: Mapping[str, Any], release: str) -> dict[str, Any]:
    """The definition of the composite resources, as this release (one of RELEASES) makes it of an
    XRD that it takes."""
    scope = scope_of(xrd, release)
    spec = xrd["spec"]
    legacy = "" if scope == LEGACY_SCOPE else ".crossplane"
    columns = (
        *_CONDITIONS,
        _column("COMPOSITION", f".spec{legacy}.compositionRef.name"),
        _column("COMPOSITIONREVISION", f".spec{legacy}.compositionRevisionRef.name", priority=1),
        _AGE,
    )
    added = added_to_composites(xrd, release)
    versions = [_version(v, added, columns, release) for v in spec["versions"]]
    names = _names(spec["names"], "composite")
    return {
        **_head(xrd, xrd["metadata"]["name"]),
        "spec": {
            "group": spec["group"],
            "names": names,
            "scope": NAMESPACED if scope == NAMESPACED else "Cluster",
            "versions": versions,
            **_given(spec, "conversion"),
        },
    }


def claim_crd(xrd: Mapping[str, Any], release: str) -> dict[str, Any] | None:
    """The definition of the claims; None where the XRD offers none."""
    spec = xrd["spec"]
    if not spec.get("claimNames"):
        return None
    secret = _column("CONNECTION-SECRET", ".spec.writeConnectionSecretToRef.name")
    columns = (*_CONDITIONS, secret, _AGE)
    added = added_to_claims(xrd, release)
    names = _names(spec["claimNames"], "claim")
    return {
        **_head(xrd, f"{names['plural']}.{spec['group']}"),
        "spec": {
            "group": spec["group"],
            "names": names,
            "scope": NAMESPACED,
            "versions": [_version(v, added, columns, release) for v in spec["versions"]],
            **_given(spec, "conversion"),
        },
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _given(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names if value.get(name) is not None}


def _head(xrd: Mapping[str, Any], name: str) -> dict[str, Any]:
    metadata = _mapping(_mapping(xrd["spec"]).get("metadata"))
    labels = {**_mapping(xrd["metadata"].get("labels")), **_mapping(metadata.get("labels"))}
    annotations = metadata.get("annotations")
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": name,
            **({"labels": labels} if labels else {}),
            **({"annotations": annotations} if annotations else {}),
        },
    }


def _names(names: Mapping[str, Any], category: str) -> dict[str, Any]:
    return {**names, "categories": [*(names.get("categories") or ()), category]}


def _version(
    version: Mapping[str, Any],
    added: Mapping[str, Any],
    columns: tuple[dict[str, Any], ...],
    release: str,
) -> dict[str, Any]:
    schema = _mapping(version.get("schema")).get("openAPIV3Schema")
    subresources: dict[str, Any] = {"status": {}}
    if release in since(SCALE_SINCE):
        subresources.update(_given(_mapping(version.get("subresources")), "scale"))
    return {
        **_given(version, "name", "deprecated", "deprecationWarning"),
        "served": version.get("served", False),
        "storage": version.get("referenceable", False),
        "schema": {"openAPIV3Schema": schema_of_version(schema, added, release)},
        "subresources": subresources,
        "additionalPrinterColumns": [*(version.get("additionalPrinterColumns") or ()), *columns],
    }


def _column(name: str, path: str, kind: str = "string", **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "jsonPath": path, **fields}


_CONDITIONS = tuple(
    _column(kind.upper(), f".status.conditions[?(@.type=='{kind}')].status")
    for kind in ("Synced", "Ready")
)
_AGE = _column("AGE", ".metadata.creationTimestamp", "date")
