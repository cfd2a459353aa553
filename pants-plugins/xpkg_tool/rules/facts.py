"""What the rules for a whole package need of a single object: little, for values are not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Union

from xpkg_tool.kinds import ObjectKind

from .composition_fields import OLD_FIELDS, OLD_MODE


@dataclass(frozen=True)
class Version:
    """A version that an XRD defines."""

    name: str
    served: bool
    referenceable: bool


@dataclass(frozen=True)
class Definition:
    """What an XRD defines. `claim` is the kind of its claims, or empty."""

    group: str
    kind: str
    claim: str
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Use:
    """What a Composition is for, and the fields of Crossplane 1 that it has."""

    group: str
    version: str
    kind: str
    old_fields: tuple[str, ...]


Facts = Union[Definition, Use, None]

_GROUP = "apiextensions.crossplane.io"


def facts_of(kind: ObjectKind, value: Mapping[str, Any]) -> Facts:
    """The facts of an object; None where there are none or where it cannot be read."""
    if kind.group != _GROUP:
        return None
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return None
    if kind.kind == "CompositeResourceDefinition":
        return _definition(spec)
    return _use(spec) if kind.kind == "Composition" else None


def _definition(spec: Mapping[str, Any]) -> Definition | None:
    names, claims, versions = spec.get("names"), spec.get("claimNames"), spec.get("versions")
    if not isinstance(names, dict) or not isinstance(versions, list):
        return None
    group, kind = spec.get("group"), names.get("kind")
    claim = claims.get("kind") if isinstance(claims, dict) else ""
    if not isinstance(group, str) or not isinstance(kind, str):
        return None
    found = tuple(
        Version(v["name"], v.get("served") is True, v.get("referenceable") is True)
        for v in versions
        if isinstance(v, dict) and isinstance(v.get("name"), str)
    )
    return Definition(group, kind, claim if isinstance(claim, str) else "", found)


def _use(spec: Mapping[str, Any]) -> Use:
    reference = spec.get("compositeTypeRef")
    api_version = reference.get("apiVersion") if isinstance(reference, dict) else None
    kind = reference.get("kind") if isinstance(reference, dict) else None
    group, _, version = api_version.partition("/") if isinstance(api_version, str) else ("", "", "")
    old = ("mode",) if spec.get("mode") == OLD_MODE else ()
    return Use(
        group,
        version,
        kind if isinstance(kind, str) else "",
        old + tuple(field for field in OLD_FIELDS if field in spec),
    )
