"""The schemas of the CustomResourceDefinitions that Crossplane makes of an XRD: one definition for
the composite resources, one for their claims.

Source: Crossplane's internal/xcrd (crd.go and schemas.go), from 2.3 on pkg/xcrd of
crossplane-runtime. It is the same in all patch versions of a release. What differs: before 2.0 all
composite resources are in the cluster's scope; from 2.2 on the rules at the top of the schema are
taken.
"""

from __future__ import annotations

from typing import Any, Mapping

from xpkg_tool.package.crossplane_versions import since

LEGACY_SCOPE = "LegacyCluster"
NAMESPACED = "Namespaced"

# Since which release the rules at the top reach the CustomResourceDefinition.
ROOT_RULES_SINCE = "2.2"

# The name of a composite resource becomes the value of a label.
LONGEST_NAME = 63

RULES = "x-kubernetes-validations"
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
# What is taken of the schemas of `spec` and of `status`, besides their properties.
TAKEN = {
    "spec": ("description", "required", "oneOf", RULES, _PRESERVE),
    "status": ("description", "required", "oneOf", RULES),
}
TOP = ("apiVersion", "kind", "metadata", "spec", "status")

_Schema = dict[str, Any]


def scope_of(xrd: Mapping[str, Any], release: str) -> str:
    """The scope of the composite resources in this release; v1 and v2 have defaults of their own,
    and Crossplane 1 has one scope."""
    if release not in since("2.0"):
        return LEGACY_SCOPE
    spec = xrd.get("spec")
    scope = spec.get("scope") if isinstance(spec, dict) else None
    if isinstance(scope, str) and scope:
        return scope
    return NAMESPACED if xrd.get("apiVersion") == "apiextensions.crossplane.io/v2" else LEGACY_SCOPE


def schema_of_version(schema: Any, added: Mapping[str, _Schema], release: str) -> _Schema:
    """The schema of a version in the CustomResourceDefinition, made of the author's and of the
    properties of `spec` and `status` that Crossplane adds. What is not of the right type in the
    author's is passed over."""
    schema = mapping(schema)
    properties = mapping(schema.get("properties"))
    name = mapping(mapping(mapping(properties.get("metadata")).get("properties")).get("name"))
    longest = name.get("maxLength")
    shorter = type(longest) is int and longest < LONGEST_NAME
    made: _Schema = {
        **_given(schema, "description"),
        **(_given(schema, RULES) if release in since(ROOT_RULES_SINCE) else {}),
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": longest if shorter else LONGEST_NAME}
                },
            },
        },
    }
    for part, keywords in TAKEN.items():
        written = mapping(properties.get(part))
        made["properties"][part] = {
            "type": "object",
            **_given(written, *keywords),
            "properties": {**mapping(written.get("properties")), **added[part]},
        }
    return made


def added_to_composites(xrd: Mapping[str, Any], release: str) -> Mapping[str, _Schema]:
    """The properties that Crossplane adds to `spec` and `status` of composite resources, over the
    author's."""
    scope = scope_of(xrd, release)
    # What is in a namespace composes resources of that namespace.
    elsewhere = scope != NAMESPACED and release in since("2.0")
    reference = _texts("apiVersion", "kind", optional=("name", "namespace")[: 1 + elsewhere])
    machinery = {
        **_COMPOSITION,
        "compositionUpdatePolicy": _policy(xrd, "defaultCompositionUpdatePolicy", "Automatic"),
        "resourceRefs": _list(reference, "atomic"),
    }
    if scope != LEGACY_SCOPE:
        description = "Configures how Crossplane will reconcile this composite resource"
        crossplane = {"type": "object", "description": description, "properties": machinery}
        return {"spec": {"crossplane": crossplane}, "status": _conditions(release)}
    return {
        "spec": {
            **machinery,
            "claimRef": _texts("apiVersion", "kind", "namespace", "name"),
            "writeConnectionSecretToRef": _texts("name", "namespace"),
            **_of_crossplane_1(release),
        },
        "status": _legacy_status(release),
    }


def added_to_claims(xrd: Mapping[str, Any], release: str) -> Mapping[str, _Schema]:
    """The properties that Crossplane adds to `spec` and `status` of claims."""
    return {
        "spec": {
            **_COMPOSITION,
            "compositionUpdatePolicy": _choices("Automatic", "Manual"),
            "compositeDeletePolicy": _policy(xrd, "defaultCompositeDeletePolicy", "Background"),
            "resourceRef": _texts("apiVersion", "kind", "name"),
            "writeConnectionSecretToRef": _texts("name"),
            **_of_crossplane_1(release),
        },
        "status": _legacy_status(release),
    }


def mapping(value: Any) -> Mapping[str, Any]:
    """The value; empty where it is no mapping."""
    return value if isinstance(value, dict) else {}


def _given(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names if value.get(name) is not None}


def _object(properties: _Schema, *required: str) -> _Schema:
    schema: _Schema = {"type": "object", "properties": properties}
    return {**schema, "required": list(required)} if required else schema


def _texts(*required: str, optional: tuple[str, ...] = ()) -> _Schema:
    return _object({name: {"type": "string"} for name in (*required, *optional)}, *required)


def _list(items: _Schema, kind: str) -> _Schema:
    return {"type": "array", "x-kubernetes-list-type": kind, "items": items}


def _choices(*values: str) -> _Schema:
    return {"type": "string", "enum": list(values)}


def _policy(xrd: Mapping[str, Any], field: str, first: str) -> _Schema:
    second = {"Automatic": "Manual", "Background": "Foreground"}[first]
    chosen = mapping(xrd.get("spec")).get(field)
    return {**_choices(first, second), **({} if chosen is None else {"default": chosen})}


_LABELS: _Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_COMPOSITION: _Schema = {
    "compositionRef": _texts("name"),
    "compositionSelector": _object({"matchLabels": _LABELS}, "matchLabels"),
    "compositionRevisionRef": _texts("name"),
    "compositionRevisionSelector": _object({"matchLabels": _LABELS}, "matchLabels"),
}
_SECRET_STORE: _Schema = _object(
    {
        "name": {"type": "string"},
        "configRef": {**_texts(optional=("name",)), "default": {"name": "default"}},
        "metadata": _object(
            {"labels": _LABELS, "annotations": _LABELS, "type": {"type": "string"}}
        ),
    },
    "name",
)
_TIME: _Schema = {"type": "string", "format": "date-time"}


def _of_crossplane_1(release: str) -> _Schema:
    return {} if release in since("2.0") else {"publishConnectionDetailsTo": _SECRET_STORE}


def _conditions(release: str) -> _Schema:
    condition = _texts("reason", "status", "type", optional=("message",))
    condition["properties"]["lastTransitionTime"] = _TIME
    condition["required"] = ["lastTransitionTime", *condition["required"]]
    if release in since("2.0"):
        condition["properties"]["observedGeneration"] = {"type": "integer", "format": "int64"}
    return {
        "conditions": {
            **_list(condition, "map"),
            "x-kubernetes-list-map-keys": ["type"],
            "description": "Conditions of the resource.",
        }
    }


def _legacy_status(release: str) -> _Schema:
    return {
        **_conditions(release),
        "connectionDetails": _object({"lastPublishedTime": _TIME}),
        "claimConditionTypes": _list({"type": "string"}, "set"),
    }
