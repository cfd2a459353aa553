"""The schemas of an XRD's versions: what Crossplane takes of them and what it drops (XP607, XP608).

Crossplane makes the schema of a composite resource of its own fields and of these parts of the
author's (internal/xcrd/crd.go, genCrdVersion): the description, the longest name, and of `spec` and
`status` the properties and few keywords. The rest has no effect, and nothing says so.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool import codes
from xpkg_tool.finding import WARNING, Finding

from .schemas.check import check_schema, check_schema_keywords
from .shapes import PathOf
from .subject import Subject, dotted

_ROOT = frozenset({"type", "description", "properties", "required"})
_COMMON = frozenset(
    {"type", "properties", "required", "description", "x-kubernetes-validations", "oneOf"}
)
_KEYWORDS = {"spec": _COMMON | {"x-kubernetes-preserve-unknown-fields"}, "status": _COMMON}
# Keywords that do nothing in any schema.
_COSMETIC = frozenset({"title", "example", "externalDocs"})
_TOP = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})

# Fields that Crossplane adds, over what the author has (internal/xcrd/schemas.go).
_RESERVED = {"spec": frozenset({"crossplane"}), "status": frozenset({"conditions", "crossplane"})}
_RESERVED_LEGACY = {
    "spec": frozenset(
        {
            "claimRef",
            "compositeDeletePolicy",
            "compositionRef",
            "compositionRevisionRef",
            "compositionRevisionSelector",
            "compositionSelector",
            "compositionUpdatePolicy",
            "resourceRef",
            "resourceRefs",
            "writeConnectionSecretToRef",
        }
    ),
    "status": frozenset({"claimConditionTypes", "conditions", "connectionDetails"}),
}


def check_schema_of_version(
    subject: Subject, path: PathOf, version: Mapping[str, Any], legacy: bool
) -> Iterator[Finding]:
    """All findings for the schema of the version at `path`. `legacy` says that the composite
    resources are of the scope LegacyCluster."""
    holder = version.get("schema")
    where = (*path, "schema", "openAPIV3Schema")
    schema = holder.get("openAPIV3Schema") if isinstance(holder, dict) else None
    if holder is None or (isinstance(holder, dict) and schema is None):
        yield subject.finding(
            codes.XRD_SCHEMA,
            f"`{dotted(path)}` has no schema.",
            "Add `schema: {openAPIV3Schema: {type: object, properties: {spec: ...}}}`.",
            where,
            key=True,
        )
    elif schema is not None:
        # Crossplane reads all of it, and Kubernetes sees what is taken.
        yield from check_schema_keywords(subject, where, schema)
        if isinstance(schema, dict):
            yield from check_schema(subject, where, effective(schema), status=True)
            yield from _dropped(subject, where, schema, legacy)


def effective(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the schema that reach the cluster, as a schema of the same form."""
    properties = schema.get("properties")
    kept: dict[str, Any] = {}
    for name in ("spec", "status"):
        part = properties.get(name) if isinstance(properties, dict) else None
        if isinstance(part, dict):
            keywords = {key: value for key, value in part.items() if key in _KEYWORDS[name]}
            kept[name] = {**keywords, "type": "object"}
    return {"type": "object", "properties": kept}


def _dropped(
    subject: Subject, where: PathOf, schema: Mapping[str, Any], legacy: bool
) -> Iterator[Finding]:
    if schema.get("type", "object") != "object":
        yield _ignored(subject, (*where, "type"), "Write `type: object`.")
    for keyword in schema:
        if keyword not in _ROOT | _COSMETIC:
            yield _ignored(subject, (*where, keyword), "Put it on `spec` or on a property of it.")
    properties = schema.get("properties")
    for name, part in (properties if isinstance(properties, dict) else {}).items():
        at = (*where, "properties", name)
        if name not in _TOP:
            yield _ignored(subject, at, "Put the property into `spec` or `status`.")
        elif name in _KEYWORDS and isinstance(part, dict):
            yield from _dropped_part(subject, at, name, part, legacy)


def _dropped_part(
    subject: Subject, at: PathOf, name: str, part: Mapping[str, Any], legacy: bool
) -> Iterator[Finding]:
    for keyword, value in part.items():
        if keyword == "type" and value != "object":
            yield _ignored(subject, (*at, keyword), "Write `type: object`.")
        elif keyword not in _KEYWORDS[name] | _COSMETIC:
            yield _ignored(subject, (*at, keyword), f"Put it on a property of `{name}`.")
    reserved = (_RESERVED_LEGACY if legacy else _RESERVED)[name]
    properties = part.get("properties")
    for field in properties if isinstance(properties, dict) else ():
        if field in reserved:
            yield subject.finding(
                codes.XRD_IGNORED,
                f"`{name}.{field}` is a field that Crossplane adds to composite resources; the "
                "author's is replaced.",
                "Remove it, or give the field another name.",
                (*at, "properties", field),
                key=True,
                severity=WARNING,
            )


def _ignored(subject: Subject, path: PathOf, remedy: str) -> Finding:
    return subject.finding(
        codes.XRD_IGNORED,
        f"`{dotted(path)}` has no effect: Crossplane does not take it into the composite "
        "resource's schema.",
        remedy,
        path,
        key=True,
        severity=WARNING,
    )
