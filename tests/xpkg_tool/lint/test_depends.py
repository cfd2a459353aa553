"""The rules for dependencies."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, changed, codes_of, findings
from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.package.crossplane_versions import RELEASES, majors, releases

NEW = {
    "apiVersion": "pkg.crossplane.io/v1",
    "kind": "Provider",
    "package": "xpkg.example.org/a/b",
    "version": ">=v1",
}
OLD = {"provider": "xpkg.example.org/a/b", "version": ">=v1"}


def found_in(*entries: Any, crossplane: str | None = None) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in findings_of(*entries, crossplane=crossplane)]


def findings_of(*entries: Any, crossplane: str | None = None) -> tuple[Finding, ...]:
    spec: dict[str, Any] = {"dependsOn": list(entries)}
    if crossplane is not None:
        spec["crossplane"] = {"version": crossplane}
    return findings({"a.yaml": changed(CONFIGURATION, "spec", spec)})


@pytest.mark.parametrize(
    "entry",
    [
        NEW,
        OLD,
        {"configuration": "xpkg.example.org/ab", "version": "*"},
        {"function": "127.0.0.1:5000/a/b_c/d-e", "version": "sha256:" + "0a" * 32},
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
        ({"version": ">=v1"}, "XP120"),
        ({"apiVersion": "v1", "kind": "Provider", "version": "v1"}, "XP120"),
        ({**NEW, "provider": "xpkg.example.org/a/c"}, "XP121"),
        ({**NEW, "function": "xpkg.example.org/a/b"}, "XP121"),
        ({**OLD, "function": "xpkg.example.org/a/c"}, "XP121"),
        ({"provider": "xpkg.example.org/a/b"}, "XP123"),
        ({**OLD, "version": ""}, "XP123"),
        ({**OLD, "version": ">=v1,,"}, "XP123"),
        ({**OLD, "version": "sha256:0123"}, "XP123"),
        ({**OLD, "version": "sha256:" + "0A" * 32}, "XP123"),
        ({**OLD, "version": 1.2}, "XP108"),
        ({**OLD, "provider": ["a"]}, "XP108"),
        ({**OLD, "provider": "xpkg.example.org/a/b:v1"}, "XP124"),
        ({**OLD, "provider": "localhost:5000/a/b:v1"}, "XP124"),
        ({**OLD, "provider": f"xpkg.example.org/a@sha256:{'0' * 64}"}, "XP124"),
        ({**OLD, "provider": "https://xpkg.example.org/a/b"}, "XP124"),
        ({**OLD, "provider": "xpkg.example.org/A/b"}, "XP124"),
        ({**OLD, "provider": "xpkg.example.org/"}, "XP124"),
        ({**OLD, "provider": f"xpkg.example.org/{'a' * 256}"}, "XP124"),
        ({**OLD, "provider": "a/b"}, "XP125"),
        ({**OLD, "provider": "b"}, "XP125"),
        ({**OLD, "provider": "localhost/a/b"}, "XP125"),
        ({**OLD, "provider": "localhost:5000/a/b"}, "XP125"),
        ({**OLD, "provider": "registry:5000/a/b"}, "XP125"),
        ({**OLD, "provider": "xpkg.example.org/a"}, "XP124"),
        ({**OLD, "provider": "xpkg.example.org"}, "XP124"),
        ({**NEW, "kind": "Pod", "apiVersion": "v1"}, "XP126"),
        ({**NEW, "kind": "Providr"}, "XP126"),
        ({**NEW, "apiVersion": "pkg.crossplane.io/v2"}, "XP126"),
        ({**NEW, "apiVersion": "meta.pkg.crossplane.io/v1"}, "XP126"),
        # What is empty, and a field that is misspelt, is one mistake.
        (None, "XP120"),
        ({}, "XP120"),
        ({"Provider": "xpkg.example.org/a/b", "version": ">=v1"}, "XP111"),
        ({"provider": "xpkg.example.org/a/b", "verson": ">=v1"}, "XP111"),
    ],
)
def test_wrong(entry: Any, code: str | None) -> None:
    assert found_in(entry) == ([(code, ERROR)] if code else [])


def test_a_field_that_is_misspelt_hides_no_other_mistake() -> None:
    assert found_in({"verson": "v1"}) == [("XP111", ERROR), ("XP120", ERROR)]
    # A field may have any name.
    assert found_in({**OLD, "null": "v1"}) == [("XP110", WARNING)]


def test_what_works_all_the_same_is_a_warning() -> None:
    both = {**NEW, "provider": NEW["package"]}
    assert found_in(both) == [("XP122", WARNING)]
    twice = [OLD, {**NEW, "version": ">=v2"}]
    assert found_in(*twice) == [("XP127", WARNING)]


def test_two_registries_with_one_repository_share_a_name() -> None:
    other = {**NEW, "package": "mirror.example.org/a/b"}
    (finding,) = findings_of(NEW, other)
    assert (finding.code, finding.severity) == ("XP129", WARNING)
    assert "under the name a-b" in finding.message
    assert found_in(NEW, {**other, "kind": "Function"}) == []
    itself = {"configuration": "xpkg.example.org/a/configuration-a", "version": "v1"}
    assert found_in(itself) == [("XP128", WARNING)]
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
        ("XP124", 7, 17),
        ("XP123", 8, 16),
        ("XP120", 9, 7),
    ]
    assert "`xpkg.example.org/a/b`" in found[0].remedy


@pytest.mark.parametrize(
    "package",
    [
        "xpkg.example.org/a/b:v1",
        "127.0.0.1:5000/a/b:v1",
        f"xpkg.example.org/{'long/' * 20}a:v1@sha256:{'0' * 64}",
        "provider-a:v1",
        "team/provider-a",
        f"{'team/' * 20}provider-a",
    ],
)
def test_the_name_that_is_proposed_is_right(package: str) -> None:
    entry = {"provider": package, "version": "v1"}
    (finding,) = findings_of(entry)
    proposed = re.findall("`([^`]+/[^`]+)`", finding.remedy)
    assert len(proposed) == 1 and found_in({**entry, "provider": proposed[0]}) == []


@pytest.mark.parametrize("package", ["xpkg.example.org/A/b:v1", ":v1", "A:v1", "a//b@x"])
def test_no_name_is_proposed_that_cannot_be_right(package: str) -> None:
    (finding,) = findings_of({"provider": package, "version": "v1"})
    assert finding.code == "XP124"
    assert "`host/repository`" in finding.remedy


@pytest.mark.parametrize(
    ("crossplane", "severity"),
    [(">=v1.14.0", WARNING), (">=v1.14.0, <v2.0.0", None), (">=v2.0.0-rc.1", ERROR), (None, ERROR)],
)
def test_a_name_without_a_registry_depends_on_crossplanes_version(
    crossplane: str | None, severity: str | None
) -> None:
    found = found_in({**OLD, "provider": "a/b"}, crossplane=crossplane)
    assert found == ([("XP125", severity)] if severity else [])


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


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (">=v1.14.0-0", RELEASES),
        ("^v1.14", RELEASES[:1]),
        (">=v2.0.0-rc.1", RELEASES[1:]),
        (">=v2.2.0-0", RELEASES[3:]),
        (">=2.1, <2.3", ("2.1", "2.2")),
        ("~v2.3.4", ("2.3",)),
        ("=v2.1.33", ("2.1",)),
        # What is newer than the newest knows at least as much.
        (">=v2.9.0", RELEASES[-1:]),
        (">=v3", RELEASES[-1:]),
        ("*", RELEASES),
        ("not a constraint", RELEASES),
    ],
)
def test_releases_of_a_constraint(constraint: str, expected: tuple[str, ...]) -> None:
    assert releases({"spec": {"crossplane": {"version": constraint}}}) == expected


def test_without_a_constraint_the_current_major_is_meant() -> None:
    for spec in (None, {}, {"crossplane": None}):
        assert releases({"spec": spec}) == RELEASES[1:]
    assert releases({"spec": {"crossplane": {"version": 2}}}) == RELEASES
