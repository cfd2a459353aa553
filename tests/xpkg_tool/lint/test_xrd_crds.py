"""The CRDs that Crossplane makes of an XRD, and what a cluster says of them.

tests/vectors/xrds.jsonl has what each release itself makes of some XRDs, and the errors of
Kubernetes' own validation for that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from tests.xpkg_tool.lint.derived_crds import claim_crd, composite_crd
from tests.xpkg_tool.small_packages import CONFIGURATION, XRD_V1, changed, findings
from xpkg_tool.diagnostics.finding import ERROR, Finding
from xpkg_tool.package.crossplane_versions import RELEASES

VECTORS = Path(__file__).parents[2] / "vectors"
XRDS: list[dict[str, Any]] = [
    json.loads(line) for line in (VECTORS / "xrds.jsonl").read_text(encoding="utf-8").splitlines()
]


def made_of(xrd: dict[str, Any], release: str) -> list[dict[str, Any]]:
    found = [composite_crd(xrd, release), claim_crd(xrd, release)]
    return [crd for crd in found if crd is not None]


def bare(value: Any) -> Any:
    """The value without what Go leaves out or writes in another order: empty lists, mappings and
    texts, false; the members of `required` have an order of their own."""
    if isinstance(value, dict):
        parts = {key: bare(part) for key, part in value.items()}
        if isinstance(parts.get("required"), list):
            parts["required"] = sorted(parts["required"])
        return {key: part for key, part in parts.items() if part not in ({}, [], "", None, False)}
    return [bare(part) for part in value] if isinstance(value, list) else value


def by_release(fact: str) -> Iterator[Any]:
    for case in XRDS:
        for made in case["made"]:
            for release in made["releases"] if fact in made else ():
                yield pytest.param(case["xrd"], release, made[fact], id=f"{case['case']}-{release}")


def test_the_vectors_have_all_releases() -> None:
    found = {release for case in XRDS for made in case["made"] for release in made["releases"]}
    assert found == set(RELEASES)


@pytest.mark.parametrize(("xrd", "release", "crds"), by_release("crds"))
def test_the_definitions_are_those_of_crossplane(
    xrd: dict[str, Any], release: str, crds: list[Any]
) -> None:
    assert bare(made_of(xrd, release)) == bare(crds)


def of_release(xrd: dict[str, Any], release: str) -> tuple[Finding, ...]:
    """What is found in a package with this XRD for this release only."""
    admitted = {"crossplane": {"version": f"~v{release}.0"}}
    configuration = changed(CONFIGURATION, "spec", admitted)
    return findings({"a.yaml": configuration, "x.yaml": json.dumps(xrd)})


# What needs the types of CEL, or is written so that its fields cannot be followed without them; a
# name in backquotes is of newer versions of Kubernetes.
TYPES = {
    # Only one loop has no limit, or what it goes over may be large: the cost is not certain.
    *(f"loops-{name}" for name in ("a-bounded", "b-bounded", "maxprops", "inner-in-range")),
    *(f"loops-objects-required-{count}" for count in (50, 100, 200)),
    "loops-deep-required",
    "loops-enum-loop",
    "loops-const-list-in",
    # What is looped over is made by another loop.
    "loops-map-then",
    "root-rule-fields-quoted",
    "root-rule-optional-old-self-direct",
    "root-rule-metadata-index",
    "root-rule-metadata-index-namespace",
    "root-rule-parentheses",
}


@pytest.mark.parametrize(("xrd", "release", "errors"), by_release("errors"))
def test_what_a_cluster_refuses_is_an_error(
    request: pytest.FixtureRequest, xrd: dict[str, Any], release: str, errors: list[str]
) -> None:
    # Fields that a release does not know are dropped before anything is made of them, which is an
    # error of its own.
    found = [
        f
        for f in of_release(xrd, release)
        if f.severity == ERROR and not (f.code == "XP205" and "older releases" in f.message)
    ]
    case = request.node.callspec.id.rpartition("-")[0]
    assert bool(found) == bool(errors and case not in TYPES), (found, errors)


@pytest.mark.parametrize(
    ("releases", "found"),
    [("^1.20", []), ("~v2.0.0", ["XP434"]), (">=v1.14.0-0", ["XP434"])],
)
def test_what_one_release_adds_can_be_required_there(releases: str, found: list[str]) -> None:
    spec = {"type": "object", "required": ["publishConnectionDetailsTo"], "properties": {"a": TEXT}}
    assert [f.code for f in of_spec(spec, releases)] == found


@pytest.mark.parametrize(
    ("releases", "found"),
    [
        ("^1.20", ["XP608"]),
        ("~v2.0.0", ["XP423"]),
        (">=v1.14.0-0", ["XP423", "XP608"]),
    ],
)
def test_what_one_release_replaces_is_not_seen_there(releases: str, found: list[str]) -> None:
    spec = {"type": "object", "properties": {"publishConnectionDetailsTo": {"title": "no type"}}}
    assert sorted(f.code for f in of_spec(spec, releases)) == found


TEXT = {"type": "string"}


def of_spec(spec: dict[str, Any], releases: str) -> tuple[Finding, ...]:
    """What is found in a package for these releases, of an XRD of v1 with this schema of `spec`."""
    admitted = {"crossplane": {"version": releases}}
    schema = {"type": "object", "properties": {"spec": spec}}
    xrd = changed(XRD_V1, "spec.versions.0.schema.openAPIV3Schema", schema)
    return findings({"a.yaml": changed(CONFIGURATION, "spec", admitted), "x.yaml": xrd})
