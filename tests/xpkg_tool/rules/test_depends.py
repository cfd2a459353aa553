"""The rules for dependencies."""

from __future__ import annotations

from typing import Any

import pytest
from small_packages import CONFIGURATION, changed, codes_of, findings

from xpkg_tool import codes
from xpkg_tool.finding import ERROR, WARNING
from xpkg_tool.rules.crossplane_versions import majors

NEW = {
    "apiVersion": "pkg.crossplane.io/v1",
    "kind": "Provider",
    "package": "xpkg.example.org/a/b",
    "version": ">=v1",
}
OLD = {"provider": "xpkg.example.org/a/b", "version": ">=v1"}


def found_in(*entries: Any, crossplane: str | None = None) -> list[tuple[str, str]]:
    spec: dict[str, Any] = {"dependsOn": list(entries)}
    if crossplane is not None:
        spec["crossplane"] = {"version": crossplane}
    text = changed(CONFIGURATION, "spec", spec)
    return [(f.code, f.severity) for f in findings({"a.yaml": text})]


@pytest.mark.parametrize(
    "entry",
    [
        NEW,
        OLD,
        {"configuration": "xpkg.example.org/a", "version": "*"},
        {"function": "localhost/a", "version": "~v1.2"},
        {"function": "localhost:5000/a/b_c/d-e", "version": "sha256:" + "0a" * 32},
        {**NEW, "kind": "Function", "apiVersion": "pkg.crossplane.io/v1beta1"},
        # Whatever installs packages may be depended on.
        {**NEW, "kind": "AddOn", "apiVersion": "pkg.example.org/v1beta1"},
    ],
)
def test_right(entry: Any) -> None:
    assert found_in(entry) == []


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"version": ">=v1"}, codes.DEPENDENCY_FORM),
        ({"apiVersion": "v1", "kind": "Provider", "version": "v1"}, codes.DEPENDENCY_FORM),
        ({**NEW, "provider": "xpkg.example.org/a/c"}, codes.DEPENDENCY_CONFLICT),
        ({**NEW, "function": "xpkg.example.org/a/b"}, codes.DEPENDENCY_CONFLICT),
        ({**OLD, "function": "xpkg.example.org/a/c"}, codes.DEPENDENCY_CONFLICT),
        ({"provider": "xpkg.example.org/a/b"}, codes.DEPENDENCY_VERSION),
        ({**OLD, "version": ""}, codes.DEPENDENCY_VERSION),
        ({**OLD, "version": ">=v1,,"}, codes.DEPENDENCY_VERSION),
        ({**OLD, "version": "sha256:0123"}, codes.DEPENDENCY_VERSION),
        ({**OLD, "version": "sha256:" + "0A" * 32}, codes.DEPENDENCY_VERSION),
        ({**OLD, "version": 1.2}, codes.META_TYPE),
        ({**OLD, "provider": ["a"]}, codes.META_TYPE),
        ({**OLD, "provider": "xpkg.example.org/a/b:v1"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": "localhost:5000/a/b:v1"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": f"xpkg.example.org/a@sha256:{'0' * 64}"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": "https://xpkg.example.org/a/b"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": "xpkg.example.org/A/b"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": "xpkg.example.org/"}, codes.DEPENDENCY_PACKAGE),
        ({**OLD, "provider": "a/b"}, codes.DEPENDENCY_REGISTRY),
        ({**OLD, "provider": "b"}, codes.DEPENDENCY_REGISTRY),
        ({**NEW, "kind": "Pod", "apiVersion": "v1"}, codes.DEPENDENCY_KIND),
        ({**NEW, "kind": "Providr"}, codes.DEPENDENCY_KIND),
        ({**NEW, "apiVersion": "pkg.crossplane.io/v2"}, codes.DEPENDENCY_KIND),
        ({**NEW, "apiVersion": "meta.pkg.crossplane.io/v1", "kind": "Pod"}, None),
    ],
)
def test_wrong(entry: Any, code: str | None) -> None:
    assert found_in(entry) == ([(code, ERROR)] if code else [])


def test_what_works_all_the_same_is_a_warning() -> None:
    both = {**NEW, "provider": NEW["package"]}
    assert found_in(both) == [(codes.DEPENDENCY_REDUNDANT, WARNING)]
    twice = [OLD, {**NEW, "version": ">=v2"}]
    assert found_in(*twice) == [(codes.DEPENDENCY_DUPLICATE, WARNING)]
    itself = {"configuration": "xpkg.example.org/a/configuration-a", "version": "v1"}
    assert found_in(itself) == [(codes.SELF_DEPENDENCY, WARNING)]
    # A Provider of the same name is another package.
    assert found_in({**NEW, "package": "xpkg.example.org/a/configuration-a"}) == []


def test_all_mistakes_of_an_entry_at_its_places() -> None:
    text = CONFIGURATION + (
        "spec:\n"
        "  dependsOn:\n"
        "    - provider: xpkg.example.org/a/b:v1\n"
        "      version: one\n"
        "    - version: v1\n"
    )
    found = findings({"a.yaml": text})
    assert [(f.code, f.position.line, f.position.column) for f in found if f.position] == [
        (codes.DEPENDENCY_PACKAGE, 7, 17),
        (codes.DEPENDENCY_VERSION, 8, 16),
        (codes.DEPENDENCY_FORM, 9, 7),
    ]
    assert "`xpkg.example.org/a/b`" in found[0].remedy


@pytest.mark.parametrize(
    "package", ["xpkg.example.org/A/b:v1", ":v1", "a b@x", "xpkg.io/:v1", "a:v1"]
)
def test_no_remedy_proposes_a_name_that_is_wrong_itself(package: str) -> None:
    spec = {"dependsOn": [{**OLD, "provider": package}]}
    found = findings({"a.yaml": changed(CONFIGURATION, "spec", spec)})
    assert codes_of(found) == [codes.DEPENDENCY_PACKAGE]
    assert found[0].remedy.startswith("Write the package alone (`host/repository`: ")


def test_a_registry_is_not_put_before_a_name_that_is_wrong_itself() -> None:
    spec = {"dependsOn": [{**OLD, "provider": "A/b"}]}
    found = findings({"a.yaml": changed(CONFIGURATION, "spec", spec)})
    assert codes_of(found) == [codes.DEPENDENCY_PACKAGE, codes.DEPENDENCY_REGISTRY]
    assert "`xpkg.crossplane.io/A/b`" not in found[1].remedy


@pytest.mark.parametrize(
    ("crossplane", "severity"),
    [(">=v1.14.0", WARNING), (">=v1.14.0, <v2", None), (">=v2.0.0-rc.1", ERROR), (None, ERROR)],
)
def test_a_name_without_a_registry_depends_on_crossplanes_version(
    crossplane: str | None, severity: str | None
) -> None:
    found = found_in({**OLD, "provider": "a/b"}, crossplane=crossplane)
    assert found == ([(codes.DEPENDENCY_REGISTRY, severity)] if severity else [])


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (">=v1.14.0-0", {1, 2}),
        ("^v1.14", {1}),
        ("=v1.20.33", {1}),
        (">=v2.0.0-rc.1", {2}),
        ("<v1 || >v3", set()),
        ("*", {1, 2}),
        ("not a constraint", {1, 2}),
    ],
)
def test_majors_of_a_constraint(constraint: str, expected: set[int]) -> None:
    assert majors({"spec": {"crossplane": {"version": constraint}}}) == expected


def test_no_dependencies() -> None:
    assert codes_of(findings({"a.yaml": changed(CONFIGURATION, "spec", {"dependsOn": []})})) == []
    assert codes_of(findings({"a.yaml": changed(CONFIGURATION, "spec", {"dependsOn": None})})) == []
