"""What a package depends on, as the package manager reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.dependencies.model import (
    Dependency,
    Source,
    dependencies,
    is_digest,
    object_name,
    parse_source,
    without_identifier,
)
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.reference import parse

V1 = "pkg.crossplane.io/v1"
KEYED = {"apiVersion": f"{V1}beta1", "kind": "Function", "package": "x.io/f"}


def read(*entries: Any) -> tuple[Dependency, ...]:
    return dependencies({"spec": {"dependsOn": list(entries)}})


@pytest.mark.parametrize(
    ("entry", "field", "api_version", "kind", "package"),
    [
        (KEYED, "package", f"{V1}beta1", "Function", "x.io/f"),
        ({"provider": "x.io/p"}, "provider", V1, "Provider", "x.io/p"),
        ({"configuration": "x.io/c"}, "configuration", V1, "Configuration", "x.io/c"),
        ({"function": "x.io/f"}, "function", V1, "Function", "x.io/f"),
        ({**KEYED, "provider": "x.io/p"}, "package", f"{V1}beta1", "Function", "x.io/f"),
        ({**KEYED, "kind": "", "provider": "x.io/p"}, "provider", V1, "Provider", "x.io/p"),
        (
            {"function": "x.io/f", "provider": "x.io/p", "configuration": "x.io/c"},
            "configuration",
            V1,
            "Configuration",
            "x.io/c",
        ),
        ({"provider": "x.io/p", "function": "x.io/f"}, "provider", V1, "Provider", "x.io/p"),
    ],
)
def test_which_form_wins(
    entry: dict[str, str], field: str, api_version: str, kind: str, package: str
) -> None:
    expected = Dependency(0, field, api_version, kind, package, ">=v1.0.0")
    assert read({**entry, "version": ">=v1.0.0"}) == (expected,)


def test_the_others_keep_their_places() -> None:
    second, fourth = read({"version": "v1"}, KEYED, "x.io/p", {"provider": "x.io/p"})
    assert second.path == ("spec", "dependsOn", 1) and fourth.path == ("spec", "dependsOn", 3)


@pytest.mark.parametrize("version", [None, 1.0, ["v1"]])
def test_a_version_that_is_no_string_is_no_constraint(version: Any) -> None:
    assert read({**KEYED, "version": version})[0].constraint is None


@pytest.mark.parametrize("entry", [{}, {**KEYED, "package": 1}, {"provider": 1}, {"provider": ""}])
def test_what_names_no_package_is_none(entry: dict[str, Any]) -> None:
    assert read(entry) == ()


@pytest.mark.parametrize(
    "meta", [{}, {"spec": None}, {"spec": {"dependsOn": KEYED}}, {"spec": {"dependsOn": None}}]
)
def test_without_a_list_there_are_none(meta: dict[str, Any]) -> None:
    assert dependencies(meta) == ()


def test_a_digest_is_sha256() -> None:
    assert is_digest("sha256:" + "0" * 64)
    assert not is_digest("sha512:" + "0" * 128) and not is_digest("sha256:" + "A" * 64)


@pytest.mark.parametrize(
    ("package", "bare"),
    [
        ("x.io/a/b", "x.io/a/b"),
        ("x.io:5000/b", "x.io:5000/b"),
        ("x.io/b:v1", "x.io/b"),
        ("x.io:5000/b:v1@sha256:00", "x.io:5000/b"),
        ("x.io/b@sha256:00/c", "x.io/b"),
        ("x.io:5000", "x.io"),
        ("x.io/b:", "x.io/b"),
    ],
)
def test_tags_and_digests_are_cut_off(package: str, bare: str) -> None:
    assert without_identifier(package) == bare


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("x.io/a/b", Source("x.io", "a/b")),
        ("localhost/b", Source("localhost", "b")),
        ("x:5000/b", Source("x:5000", "b")),
        ("docker.io/b", Source("docker.io", "b")),
        ("a/b", Source("", "a/b")),
        ("b", Source("", "b")),
        ("x.io/" + "a" * 255, Source("x.io", "a" * 255)),
        ("x.io/" + "a" * 256, None),
        ("x.io/A", None),
        ("x.io/a//b", None),
        ("x.io/a:v1", None),
        ("-x.io/a", None),
        ("x.io:/a", None),
        ("[::1]:5000/a", None),
        ("https://x.io/a", None),
        ("", None),
    ],
)
def test_sources(package: str, source: Source | None) -> None:
    assert parse_source(package) == source


@pytest.mark.parametrize(
    "source",
    ["x.io/a/b", "x.io/a__b-c.d", "x.io/a___b", "x_y.io/a", "x.io/a-", "x.io:80/a", "x.io/é"],
)
def test_a_source_with_a_registry_is_a_repository_to_publish_to(source: str) -> None:
    """One grammar: what a package can be published as, another one can depend on."""
    try:
        reference = parse(f"{source}:v1")
        published = Source(reference.registry, reference.repository)
    except PublishError:
        published = None
    assert parse_source(source) == published


NAMES: list[dict[str, str]] = [
    json.loads(line)
    for line in (VECTORS / "function-names.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", NAMES, ids=lambda case: str(case["package"]))
def test_the_name_of_an_object_is_that_of_the_package_manager(case: dict[str, str]) -> None:
    assert object_name(case["package"]) == case["name"]
