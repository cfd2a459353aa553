"""The rules for CustomResourceDefinitions."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.xpkg_tool import small_packages
from tests.xpkg_tool.cases import CASES, request
from tests.xpkg_tool.small_packages import PROVIDER, changed
from xpkg_tool.building.build import PackageRequest, read
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.documents.loader import load, locate
from xpkg_tool.documents.stream import Document, split
from xpkg_tool.lint.crds.columns import plain_path

CRD = f"""\
{small_packages.CRD}\
          properties:
            spec:
              type: object
              properties:
                region: {{type: string}}
                size: {{type: number}}
                tags: {{type: object, additionalProperties: {{type: string}}}}
"""
V = "spec.versions.0"
COLUMN = {"name": "Region", "type": "string", "jsonPath": ".spec.region"}
SCALE = {"specReplicasPath": ".spec.a", "statusReplicasPath": ".status.a"}
CONVERSION = {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"]}}

# Types of expressions are a matter of their own.
WITHOUT_TYPES = {
    "crdschema-cel-message-expression-bad",
}
# What depends on the type of the package, not on the definition alone.
OF_THE_PACKAGE = ("XP203", "XP409")
OF_CRDS = [
    case
    for case in CASES
    if case["case"].startswith(("crdschema-", "crdspec-", "crd-", "unknown-field", "wrong-type-s"))
    or "CustomResourceDefinition" in case["case"]
]


def of_crd(text: str) -> list[Finding]:
    sources = {"crossplane.yaml": PROVIDER.encode(), "crd.yaml": text.encode()}
    return [f for f in read(PackageRequest("test", "", sources, {}))[1] if f.path == "crd.yaml"]


def brief(text: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in of_crd(text)]


def test_the_cases_are_there() -> None:
    assert len(OF_CRDS) > 80


def objects(case: dict[str, Any]) -> list[tuple[Document, list[str]]]:
    """The documents of the case's CRDs, with the errors that a cluster gives for them."""
    found = []
    for path, data in request(case).sources.items():
        for document in split(path, data)[0]:
            value = load(document)
            for entry in case["objects"]:
                same = value["kind"] == entry["kind"] == "CustomResourceDefinition"
                if same and value["metadata"]["name"] == entry["name"]:
                    found.append((document, entry["errors"]))
    return found


@pytest.mark.parametrize("case", OF_CRDS, ids=lambda case: str(case["case"]))
def test_what_a_cluster_refuses_is_found(case: dict[str, Any]) -> None:
    found = [f for f in read(request(case))[1] if f.code not in OF_THE_PACKAGE]
    # Nothing of what is wrong with a Function's definitions stops it: they are not installed.
    in_function = case["case"].startswith("kind-function-")
    for document, wanted in objects(case):
        severities = {ERROR, WARNING} if in_function and wanted else {ERROR}
        mine = [f for f in found if f.path == document.path and f.severity in severities]
        if case["case"] in WITHOUT_TYPES:
            assert not mine
            continue
        assert bool(mine) == bool(wanted)
        if "spec.group: Required value" in wanted:
            # What the name is to be cannot be told.
            wanted = [error for error in wanted if not error.startswith("metadata.name")]
        for error in wanted:
            for path in paths(error):
                assert any(near(document, path, finding) for finding in mine), (error, mine)


def paths(error: str) -> list[tuple[str | int, ...]]:
    """Where an error is, unless it is said again in another form or about the status."""
    if error.startswith(("status.", "unknown or duplicate", "json:", "spec.version:")):
        return []
    if "estimated rule cost total for entire" in error:
        return []
    error = error.removeprefix("unknown field ").strip('"')
    path = error.split(": ")[0].replace("JSONPath", "jsonPath")
    # Internally, what all versions have alike is held above them; and the webhook has other fields.
    path = re.sub(r"^spec\.validation\.", "spec.versions[0].schema.", path)
    moved = r"^spec\.(additionalPrinterColumns|subresources|selectableFields)\b"
    path = re.sub(moved, r"spec.versions[0].\1", path)
    path = path.replace("spec.conversion.webhookClientConfig", "spec.conversion.webhook")
    if path.startswith("metadata.annotations["):
        path = "spec.group"
    steps = [a or b for a, b in re.findall(r"\[([^\]]*)\]|\.?([^.\[]+)", path)]
    return [tuple(int(step) if step.isdigit() else step for step in steps)]


def near(document: Document, path: tuple[str | int, ...], finding: Finding) -> bool:
    """Whether the finding is at the path, at a part of what is there, or, where nothing is there,
    at the nearest part above it or at a neighbour."""
    assert finding.position is not None
    known: Any = load(document)
    while path and part(known, path) is None:
        path = path[:-1]
    candidates = [path, *below(known, path)]
    candidates += [deeper for child in candidates[1:] for deeper in below(known, child)]
    for candidate in candidates:
        for key in (True, False):
            place = locate(document, candidate, key=key)
            if (place.line, place.column) == (finding.position.line, finding.position.column):
                return True
    return False


def below(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    inside = part(value, path)
    if isinstance(inside, dict):
        return [(*path, key) for key in inside]
    return [(*path, index) for index in range(len(inside) if isinstance(inside, list) else 0)]


def part(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.names.singular", "bucket"),
        ("spec.names.shortNames", ["b"]),
        ("spec.conversion", CONVERSION),
        ("spec.conversion", {"strategy": "None"}),
        ("spec.preserveUnknownFields", False),
        (f"{V}.additionalPrinterColumns", [{**COLUMN, "priority": 1, "format": "date"}]),
        (f"{V}.additionalPrinterColumns", [{**COLUMN, "jsonPath": "."}]),
        (f"{V}.subresources", {"status": {}, "scale": SCALE}),
        (f"{V}.subresources", {"scale": {**SCALE, "labelSelectorPath": ".spec.selector"}}),
        (f"{V}.selectableFields", [{"jsonPath": ".spec.region"}, {"jsonPath": ".spec.tags.a"}]),
        (f"{V}.deprecated", True),
        ("status", {"acceptedNames": {"kind": "", "plural": ""}, "conditions": []}),
        ("status", None),
    ],
)
def test_right(path: str, value: Any) -> None:
    assert brief(changed(CRD, path, value)) == []


GENERAL = [
    ("spec", ..., "XP208"),
    ("spec.names", ..., "XP208"),
    ("spec.names.plural", "", "XP208"),
    ("spec.names.plural", "Buckets", "XP601"),
    ("spec.names.kind", "B" * 60, "XP601"),
    ("spec.scope", "cluster", "XP209"),
    ("spec.scope", ..., "XP208"),
    ("spec.group", "example", "XP601"),
    ("spec.foo", 1, "XP205"),
    (f"{V}.served", "yes", "XP204"),
    (f"{V}.schema", ..., "XP208"),
    (f"{V}.schema", {}, "XP208"),
    (f"{V}.name", "1", "XP601"),
    ("metadata.name", "buckets.example.com", "XP600"),
    ("metadata.namespace", "default", "XP209"),
]
VERSIONS = [
    ("spec.versions", [], "XP402"),
    ("spec.versions", ..., "XP402"),
    (f"{V}.storage", False, "XP402"),
    (f"{V}.deprecationWarning", "x", "XP209"),
    ("spec.preserveUnknownFields", True, "XP408"),
    (f"{V}.schema.openAPIV3Schema.type", "string", "XP426"),
]


def webhook(**fields: Any) -> dict[str, Any]:
    return {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], **fields}}


WEBHOOKS = [
    ({"strategy": "Webhook"}, "XP404"),
    ({}, "XP404"),
    ({"strategy": "Magic"}, "XP404"),
    ({"strategy": "None", "webhook": {"clientConfig": {}}}, "XP404"),
    (webhook(conversionReviewVersions=["v2"]), "XP404"),
    (webhook(conversionReviewVersions=["v1", "v1"]), "XP404"),
    (webhook(conversionReviewVersions=["v1", "V2"]), "XP404"),
    (webhook(clientConfig={"service": {"path": "convert"}}), "XP404"),
    (webhook(clientConfig={"service": {}, "url": "https://a"}), "XP404"),
    (webhook(clientConfig={"caBundle": "x"}), "XP204"),
    (webhook(clientConfig={"service": {"port": 2**31}}), "XP204"),
]
COLUMNS: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "XP405"),
    ({"type": "int"}, "XP405"),
    ({"format": "x"}, "XP405"),
    ({"jsonPath": None}, "XP405"),
    ({"jsonPath": "spec.a"}, "XP405"),
    ({"priority": 2**31}, "XP204"),
    ({"priority": "1"}, "XP204"),
]
SCALES: list[dict[str, Any]] = [
    {"specReplicasPath": ""},
    {"specReplicasPath": ".status.a"},
    {"statusReplicasPath": None},
    {"statusReplicasPath": ".a"},
    {"labelSelectorPath": ".a"},
]
SELECTABLE = [
    ".spec.zone",
    ".spec.size",
    ".spec",
    ".metadata.name",
    "spec.region",
    ".spec['region']",
    "",
]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        *GENERAL,
        *VERSIONS,
        *(("spec.conversion", value, code) for value, code in WEBHOOKS),
        *((f"{V}.additionalPrinterColumns", [{**COLUMN, **c}], code) for c, code in COLUMNS),
        *((f"{V}.subresources", {"scale": {**SCALE, **s}}, "XP406") for s in SCALES),
        *((f"{V}.selectableFields", [{"jsonPath": p}], "XP407") for p in SELECTABLE),
    ],
)
def test_wrong(path: str, value: Any, code: str) -> None:
    found = brief(changed(CRD, path, value))
    assert (code, ERROR) in found
    if path not in ("spec", "spec.names.plural", "spec.names.kind", "spec.group", "spec.versions"):
        assert {found_code for found_code, _ in found} == {code}


def test_what_is_listed_twice_or_too_often() -> None:
    fields = [{"jsonPath": ".spec.region"}] * 2
    assert brief(changed(CRD, f"{V}.selectableFields", fields)) == [("XP407", ERROR)]
    many = [{"jsonPath": f".spec.tags.t{i}"} for i in range(9)]
    assert brief(changed(CRD, f"{V}.selectableFields", many)) == [("XP407", ERROR)]
    assert brief(changed(CRD, f"{V}.selectableFields", many[1:])) == []


def test_warnings() -> None:
    assert brief(changed(CRD, f"{V}.served", False)) == [("XP403", WARNING)]
    url = webhook(clientConfig={"url": "https://a"})
    assert brief(changed(CRD, "spec.conversion", url)) == [("XP404", WARNING)]


@pytest.mark.parametrize(
    ("annotation", "found"),
    [(None, True), ("x", True), ("unapproved, ours", False), ("https://example.org/1", False)],
)
def test_a_group_of_kubernetes_wants_an_approval(annotation: str | None, found: bool) -> None:
    text = changed(CRD, "spec.group", "a.k8s.io")
    text = changed(text, "metadata.name", "buckets.a.k8s.io")
    if annotation is not None:
        text = changed(text, "metadata.annotations", {"api-approved.kubernetes.io": annotation})
    assert brief(text) == ([("XP400", ERROR)] if found else [])


def test_the_status_changes_what_may_stand_at_the_top() -> None:
    text = changed(CRD, f"{V}.schema.openAPIV3Schema.minProperties", 1)
    assert brief(text) == []
    text = changed(text, f"{V}.subresources", {"status": {}})
    assert brief(text) == [("XP426", ERROR)]


def test_v1beta1_is_looked_at_for_what_breaks_the_build() -> None:
    text = changed(CRD, "apiVersion", "apiextensions.k8s.io/v1beta1")
    text = changed(text, "spec.scope", "x")
    assert brief(text) == [("XP409", ERROR)]
    text = changed(text, f"{V}.schema.openAPIV3Schema.type", True)
    assert brief(text) == [("XP409", ERROR), ("XP420", ERROR)]
    text = changed(CRD, "apiVersion", "apiextensions.k8s.io/v1beta1")
    text = changed(text, "spec.validation", {"openAPIV3Schema": {"items": 1}})
    assert brief(text) == [("XP409", ERROR), ("XP420", ERROR)]


@pytest.mark.parametrize("value", [None, [], {}, "x", 1, True, [None], [[]], {"a": None}])
@pytest.mark.parametrize(
    "path",
    [
        "metadata",
        "spec",
        "spec.names",
        "spec.names.categories",
        "spec.versions",
        V,
        f"{V}.schema",
        f"{V}.schema.openAPIV3Schema",
        f"{V}.schema.openAPIV3Schema.properties",
        f"{V}.schema.openAPIV3Schema.properties.spec.properties.tags",
        f"{V}.subresources",
        f"{V}.additionalPrinterColumns",
        f"{V}.selectableFields",
        "spec.conversion",
    ],
)
def test_no_value_breaks_a_rule(path: str, value: Any) -> None:
    for finding in of_crd(changed(CRD, path, value)):
        assert finding.position is not None and finding.remedy and finding.message.endswith(".")


@pytest.mark.parametrize(
    "path", ["spec.region", "{.spec.region}", "$.spec.region", "{spec.region}"]
)
def test_the_path_that_is_proposed_for_a_column_is_one(path: str) -> None:
    assert plain_path(path) == ".spec.region"
