"""The rules for Crossplane's own kinds against its API: tests/vectors/crossplane-api.jsonl."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, changed, findings
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.lint import composition, managed, operations, xrd
from xpkg_tool.lint.shapes import OBJECT_META, Anything, ListOf, MapOf, Scalar, Shape, Struct
from xpkg_tool.package.composition_fields import OLD_FIELDS
from xpkg_tool.package.crossplane_versions import RELEASES
from xpkg_tool.package.types import ALL_OBJECTS, ObjectKind, types_that_hold

VECTORS = Path(__file__).parents[2] / "vectors"
TABLE: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "crossplane-api.jsonl").read_text(encoding="utf-8").splitlines()
]
_V1, _ALPHA = "apiextensions.crossplane.io/v1", "apiextensions.crossplane.io/v1alpha1"
_OPS = "ops.crossplane.io/v1alpha1"
SHAPES: dict[tuple[str, str], Struct] = {
    (_V1, "CompositeResourceDefinition"): xrd.XRD_V1,
    ("apiextensions.crossplane.io/v2", "CompositeResourceDefinition"): xrd.XRD_V2,
    (_V1, "Composition"): composition.COMPOSITION,
    (_ALPHA, "ManagedResourceActivationPolicy"): managed.ACTIVATION_POLICY,
    (_ALPHA, "ManagedResourceDefinition"): managed.DEFINITION,
    (_OPS, "CronOperation"): operations.CRON_OPERATION,
    (_OPS, "Operation"): operations.OPERATION,
    (_OPS, "WatchOperation"): operations.WATCH_OPERATION,
}
TYPES = {"string": "string", "boolean": "boolean", "integer": "integer", "number": "number"}


def of_kind(kind: tuple[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a kind by their fields."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in TABLE:
        if (row["apiVersion"], row["kind"]) == kind:
            rows.setdefault(row["field"], []).append(row)
    return rows


def fields(shape: Shape, path: str = "", since: str = RELEASES[0]) -> Iterator[tuple[str, Any]]:
    """The fields of a shape as the table names them, each with its shape and first release."""
    yield path, (shape, since)
    if isinstance(shape, Struct):
        for name, inner in shape.fields.items():
            if path or name not in ("apiVersion", "kind", "metadata", "status"):
                first = max(since, shape.since.get(name, since), key=RELEASES.index)
                # What every object has is described by Kubernetes alone.
                if inner is not OBJECT_META:
                    yield from fields(inner, f"{path}.{name}" if path else name, first)
    elif isinstance(shape, ListOf):
        yield from fields(shape.item, f"{path}[]", since)
    elif isinstance(shape, MapOf):
        yield from fields(shape.value, f"{path}[*]", since)


def below(path: str, parts: set[str]) -> bool:
    return any(path.startswith((f"{part}.", f"{part}[")) for part in parts)


def test_the_table_has_the_kinds_of_packages_and_the_releases() -> None:
    ours = {kind for kind in ALL_OBJECTS if ".crossplane.io/" in kind.api_version}
    assert {ObjectKind(*kind) for kind in SHAPES} == ours
    assert {(row["apiVersion"], row["kind"]) for row in TABLE} == set(SHAPES)
    assert {row["first"] for row in TABLE} | {row["last"] for row in TABLE} <= set(RELEASES)
    assert {row["last"] for row in TABLE if row["field"] == ""} == {RELEASES[-1]}


@pytest.mark.parametrize("kind", SHAPES, ids="-".join)
def test_every_field_is_known_since_its_release(kind: tuple[str, str]) -> None:
    rows = of_kind(kind)
    first_of_kind = rows[""][0]["first"]
    shapes = dict(fields(SHAPES[kind]))
    whole = {path for path, (shape, _) in shapes.items() if isinstance(shape, Anything)}
    known = {path for path in rows if not below(path, whole) and not path.endswith(".metadata")}
    # Releases before 1.20 had it.
    older = {"spec.environment"} & set(shapes)
    assert {path for path in shapes if not path.endswith(".metadata")} - older == known
    for path in sorted(known):
        shape, since = shapes[path]
        first, last = rows[path][0]["first"], rows[path][-1]["last"]
        assert max(since, first_of_kind, key=RELEASES.index) == first, path
        # What Crossplane 2 has no more is XP704's.
        assert last == RELEASES[-1] or path.split(".")[1] in OLD_FIELDS, path
        wanted = str(rows[path][-1].get("type"))
        if isinstance(shape, Scalar):
            assert TYPES[wanted] == shape.kind.replace("int32", "integer"), path
        elif isinstance(shape, ListOf):
            assert wanted == "array", path
        elif isinstance(shape, (Struct, MapOf)):
            assert wanted == "object", path


NAMES = {"kind": "XThing", "plural": "xthings", "singular": "xthing"}
SCHEMA = {"openAPIV3Schema": {"type": "object"}}
COLUMN = {"name": "A", "type": "string", "jsonPath": ".spec.a"}
SCALE = {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a"}
SERVICE = {"name": "s", "namespace": "ns"}
WEBHOOK = {"clientConfig": {"service": SERVICE}, "conversionReviewVersions": ["v1"]}
XRD_VERSION = {
    "name": "v1",
    "served": True,
    "referenceable": True,
    "schema": SCHEMA,
    "additionalPrinterColumns": [COLUMN],
    "subresources": {"scale": SCALE},
    "deprecated": True,
    "deprecationWarning": "old",
}
XRD_SPEC = {
    "group": "example.org",
    "names": NAMES,
    "versions": [XRD_VERSION],
    "defaultCompositionRef": {"name": "a"},
    "defaultCompositionRevisionSelector": {
        "matchExpressions": [{"key": "a", "operator": "Exists"}]
    },
    "enforcedCompositionRef": {"name": "a"},
    "defaultCompositeDeletePolicy": "Background",
    "defaultCompositionUpdatePolicy": "Manual",
    "conversion": {"strategy": "Webhook", "webhook": WEBHOOK},
}
STEP = {
    "step": "a",
    "functionRef": {"name": "f"},
    "credentials": [{"name": "c", "source": "Secret", "secretRef": SERVICE}],
    "requirements": {
        "requiredResources": [
            {"requirementName": "r", "apiVersion": "v1", "kind": "ConfigMap", "name": "c"}
        ],
        "requiredSchemas": [{"requirementName": "r", "apiVersion": "v1", "kind": "ConfigMap"}],
    },
}
PIPELINE = {"mode": "Pipeline", "pipeline": [STEP]}
MANAGED = {
    "group": "example.org",
    "names": NAMES,
    "scope": "Cluster",
    "state": "Active",
    "versions": [{"name": "v1", "served": True, "storage": True, "schema": SCHEMA}],
    "connectionDetails": [{"name": "a", "description": "b"}],
}
# Of each kind an object that all releases from 2.3 on take, with all that they look at.
OBJECTS: dict[tuple[str, str], dict[str, Any]] = {
    (_V1, "CompositeResourceDefinition"): {
        **XRD_SPEC,
        "claimNames": {"kind": "Thing", "plural": "things", "singular": "thing"},
        "scope": "LegacyCluster",
    },
    ("apiextensions.crossplane.io/v2", "CompositeResourceDefinition"): {
        **{k: v for k, v in XRD_SPEC.items() if k != "defaultCompositeDeletePolicy"},
        "scope": "Namespaced",
    },
    (_V1, "Composition"): {
        "compositeTypeRef": {"apiVersion": "example.org/v1", "kind": "XThing"},
        **PIPELINE,
    },
    (_ALPHA, "ManagedResourceActivationPolicy"): {"activate": ["*.example.org"]},
    (_ALPHA, "ManagedResourceDefinition"): MANAGED,
    (_OPS, "CronOperation"): {
        "schedule": "@daily",
        "concurrencyPolicy": "Allow",
        "operationTemplate": {"spec": PIPELINE},
    },
    (_OPS, "Operation"): PIPELINE,
    (_OPS, "WatchOperation"): {
        "watch": {"apiVersion": "v1", "kind": "ConfigMap"},
        "concurrencyPolicy": "Allow",
        "operationTemplate": {"spec": PIPELINE},
    },
}
NEW = {"spec": {"crossplane": {"version": ">=v2.3.0"}}}


def of_object(kind: tuple[str, str], spec: Any, **changes: Any) -> tuple[Finding, ...]:
    """What is found in an object; `changes` of its top."""
    api_version, name = kind
    metadata = {"name": "xthings.example.org"}
    value = {"apiVersion": api_version, "kind": name, "metadata": metadata, "spec": spec, **changes}
    (holder,) = types_that_hold(ObjectKind(*kind))
    meta = changed(CONFIGURATION.replace("Configuration", holder), "spec", NEW["spec"])
    found = findings({"a.yaml": meta, "o.yaml": json.dumps(value)})
    return tuple(f for f in found if f.code != "XP706")


def at(spec: Any, path: str) -> tuple[Any, str]:
    """The part of an object's spec that holds the end of the path, and that end."""
    *steps, last = path.replace("[]", ".0").split(".")[1:]
    for step in steps:
        spec = spec[0] if step == "0" else spec.get(step, {})
    return spec, last


@pytest.mark.parametrize("kind", OBJECTS, ids="-".join)
def test_the_objects_are_right(kind: tuple[str, str]) -> None:
    assert of_object(kind, OBJECTS[kind]) == ()


def facts(name: str) -> Iterator[Any]:
    """The fields of which the newest release has the fact, where a rule may look at them."""
    for kind in OBJECTS:
        for path, rows in of_kind(kind).items():
            shape = dict(fields(SHAPES[kind])).get(path)
            row = rows[-1]
            # XRDs of v2 have no claims, whatever they say of them.
            if kind[0].endswith("/v2") and path.startswith("spec.claimNames"):
                continue
            if shape is not None and name in row and row["last"] == RELEASES[-1]:
                yield pytest.param(kind, path, row[name], id=f"{kind[1]}-{kind[0][-2:]}-{path}")


@pytest.mark.parametrize(("kind", "path", "_"), facts("required"))
def test_what_is_required(kind: tuple[str, str], path: str, _: bool) -> None:
    if path == "spec":
        # Go sends an empty spec, of which other fields are missing.
        assert any(f.severity == ERROR for f in of_object(kind, None))
        return
    spec = copy.deepcopy(OBJECTS[kind])
    part, last = at(spec, path)
    assert last in part, "the object has all fields that are required"
    is_boolean = isinstance(part.pop(last), bool)
    found = of_object(kind, spec)
    assert found
    if is_boolean:
        assert ("XP208", WARNING) in {(f.code, f.severity) for f in found}
    else:
        assert any(f.severity == ERROR for f in found), found


@pytest.mark.parametrize(("kind", "path", "allowed"), facts("enum"))
def test_the_allowed_values(kind: tuple[str, str], path: str, allowed: list[str]) -> None:
    spec = copy.deepcopy(OBJECTS[kind])
    part, last = at(spec, path)
    part[last] = "Nonsense"
    found = [f for f in of_object(kind, spec) if f.code == "XP209"]
    assert [f.severity for f in found] == [ERROR]
    named = found[0].remedy.rpartition("Supported values: ")[2]
    # What only Crossplane 1 has is XP704's.
    assert {name.strip("`.") for name in named.split(", ")} - {"Resources"} == set(allowed)


# Every rule in CEL of the newest release that is not about changes of an object, each with what
# breaks it: a field, and its value (`...` for none).
BROKEN: dict[str, list[tuple[str, Any]]] = {
    "self.scope == 'LegacyCluster' || !has(self.claimNames)": [("spec.scope", "Cluster")],
    "self.scope == 'LegacyCluster' || !has(self.connectionSecretKeys)": [
        ("spec.claimNames", ...),
        ("spec.scope", "Cluster"),
        ("spec.connectionSecretKeys", ["a"]),
    ],
    "!has(self.claimNames)": [("spec.claimNames", {"kind": "A", "plural": "as"})],
    "!has(self.connectionSecretKeys)": [("spec.connectionSecretKeys", ["a"])],
    "!has(self.singular) || self.singular == self.singular.lowerAscii()": [("singular", "Upper")],
    "self.plural == self.plural.lowerAscii()": [("plural", "Upper")],
    "self.strategy == 'Webhook' && has(self.webhook)": [("spec.conversion", {"strategy": "None"})],
    "self.mode == 'Pipeline' && has(self.pipeline)": [("spec.pipeline", ...)],
    "self.source == 'Secret' && has(self.secretRef)": [
        ("source", "None"),
        ("secretRef", ...),
    ],
    "!(has(self.name) && has(self.matchLabels))": [("matchLabels", {"a": "b"})],
}


def rules() -> Iterator[Any]:
    for kind in OBJECTS:
        for path, rows in of_kind(kind).items():
            for rule, _ in rows[-1].get("rules", ()):
                # A package creates objects; what may change later is decided at another time.
                if rows[-1]["last"] == RELEASES[-1] and "oldSelf" not in rule:
                    yield pytest.param(kind, path, rule, id=f"{kind[1]}-{kind[0][-2:]}-{rule}")


@pytest.mark.parametrize(("kind", "path", "rule"), rules())
def test_the_rules_in_cel(kind: tuple[str, str], path: str, rule: str) -> None:
    spec = copy.deepcopy(OBJECTS[kind])
    for field, value in BROKEN[rule]:
        part, last = at(spec, field if field.startswith("spec.") else f"{path}.{field}")
        if value is ...:
            part.pop(last)
        else:
            part[last] = value
    assert any(f.severity == ERROR for f in of_object(kind, spec))


def test_each_part_of_a_rule_is_looked_at() -> None:
    """`source: None` is refused even with a secretRef, and a webhook without its strategy."""
    composition = (_V1, "Composition")
    spec = copy.deepcopy(OBJECTS[composition])
    spec["pipeline"][0]["credentials"][0]["source"] = "None"
    assert [(f.code, f.severity) for f in of_object(composition, spec)] == [("XP209", ERROR)]
    definition = (_V1, "CompositeResourceDefinition")
    spec = copy.deepcopy(OBJECTS[definition])
    spec["conversion"]["strategy"] = "None"
    assert [(f.code, f.severity) for f in of_object(definition, spec)] == [("XP209", ERROR)]
    # There is no such rule for XRDs of v2, and none for Operations.
    spec = copy.deepcopy(OBJECTS[("apiextensions.crossplane.io/v2", definition[1])])
    spec["conversion"] = {"strategy": "None"}
    assert of_object(("apiextensions.crossplane.io/v2", definition[1]), spec) == ()
    spec = copy.deepcopy(OBJECTS[(_OPS, "Operation")])
    spec["pipeline"][0]["credentials"] = [{"name": "c", "source": "None"}]
    assert of_object((_OPS, "Operation"), spec) == ()
