"""Summaries of objects for the rules for a whole package, because values are not kept."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple, Union

from xpkg_tool.documents.loader import PathOf
from xpkg_tool.package.composition_fields import OLD_FIELDS, OLD_MODE
from xpkg_tool.package.types import ObjectKind


class Version(NamedTuple):
    """A version that an XRD defines."""

    name: str
    served: bool
    referenceable: bool


class Definition(NamedTuple):
    """The types that an XRD defines. `claim` is the kind of its claims, or empty."""

    group: str
    kind: str
    claim: str
    versions: tuple[Version, ...]


class Step(NamedTuple):
    """A pipeline step: the path to the name of its function, and that name."""

    path: PathOf
    function: str


class Use(NamedTuple):
    """The type that a Composition is for, its fields that only Crossplane 1 has, and its steps."""

    group: str
    version: str
    kind: str
    old_fields: tuple[str, ...]
    steps: tuple[Step, ...] = ()


class Pipeline(NamedTuple):
    """The steps of an Operation, or of those that a CronOperation or WatchOperation creates."""

    steps: tuple[Step, ...]


Facts = Union[Definition, Use, Pipeline, None]

_GROUP = "apiextensions.crossplane.io"
_OPERATIONS = "ops.crossplane.io"


def facts_of(kind: ObjectKind, value: Mapping[str, Any]) -> Facts:
    """The summary of an object; None if there is none or the object is malformed."""
    if kind.group not in (_GROUP, _OPERATIONS):
        return None
    spec = value.get("spec")
    if not isinstance(spec, dict):
        return None
    if kind.group == _OPERATIONS:
        return _pipeline(spec)
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
        old + tuple(field for field in OLD_FIELDS if spec.get(field) is not None),
        tuple(_steps(spec, ("spec",))),
    )


def _pipeline(spec: Mapping[str, Any]) -> Pipeline:
    template = spec.get("operationTemplate")
    inner = template.get("spec") if isinstance(template, dict) else None
    if isinstance(inner, dict):
        return Pipeline(tuple(_steps(inner, ("spec", "operationTemplate", "spec"))))
    return Pipeline(tuple(_steps(spec, ("spec",))))


def _steps(spec: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Step]:
    steps = spec.get("pipeline")
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        reference = step.get("functionRef") if isinstance(step, dict) else None
        name = reference.get("name") if isinstance(reference, dict) else None
        if isinstance(name, str) and name:
            yield Step((*path, "pipeline", index, "functionRef", "name"), name)
