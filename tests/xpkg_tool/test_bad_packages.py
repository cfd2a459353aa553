"""Packages with one thing wrong each: what is said of it, in under a second."""

from __future__ import annotations

import time
from typing import Iterator, Mapping

import pytest

from tests.xpkg_tool.small_packages import CLUSTER_CRD as CRD
from tests.xpkg_tool.small_packages import COMPOSITION, CONFIGURATION, PROVIDER, XRD
from xpkg_tool.building.build import BuildResult, PackageRequest, build
from xpkg_tool.diagnostics.finding import ERROR, render_all
from xpkg_tool.lint import package as lint


@pytest.fixture(autouse=True)
def _in_under_a_second(request: pytest.FixtureRequest) -> Iterator[None]:
    started = time.process_time()
    yield
    if request.node.get_closest_marker("slow_input") is None:
        assert time.process_time() - started < 1.0


def built(files: Mapping[str, str | bytes]) -> BuildResult:
    encoded = {p: t if isinstance(t, bytes) else t.encode() for p, t in files.items()}
    return build(PackageRequest("p", "", encoded, {}))


def errors(files: Mapping[str, str | bytes]) -> list[tuple[str, str, int]]:
    """Code, path and line of each error; there is no package when there is one."""
    result = built(files)
    found = [
        (f.code, f.path, f.position.line if f.position else 0)
        for f in result.findings
        if f.severity == ERROR
    ]
    assert (result.package is None) == bool(found), render_all(result.findings)
    assert all(f.remedy for f in result.findings)
    return found


def test_no_meta_object() -> None:
    assert [e[0] for e in errors({"a.yaml": CRD})] == ["XP101"]


def test_two_meta_objects_are_both_named() -> None:
    found = errors({"a.yaml": PROVIDER, "b.yaml": PROVIDER})
    assert [(code, path) for code, path, _ in found if code == "XP102"] == [
        ("XP102", "a.yaml"),
        ("XP102", "b.yaml"),
    ]


@pytest.mark.parametrize("version", ["v1beta1", "v2", "v1alpha2"])
def test_unknown_version_of_the_meta_object(version: str) -> None:
    result = built({"a.yaml": PROVIDER.replace("/v1\n", f"/{version}\n")})
    (finding,) = result.findings
    assert finding.code == "XP103"
    assert "Provider (meta.pkg.crossplane.io/v1)" in finding.remedy


def test_kind_that_is_not_allowed() -> None:
    result = built({"a.yaml": CONFIGURATION, "b.yaml": CRD})
    (finding,) = result.findings
    assert (finding.code, finding.path) == ("XP203", "b.yaml")
    assert "CompositeResourceDefinition" in finding.remedy


def test_duplicate_objects_name_both_places() -> None:
    result = built({"m.yaml": PROVIDER, "a.yaml": CRD, "b.yaml": "# again\n" + CRD})
    text = render_all(result.findings)
    assert result.package is None
    assert "a.yaml" in text and "b.yaml" in text


def test_duplicate_keys() -> None:
    assert errors({"a.yaml": PROVIDER + "  name: b\n"}) == [("XP005", "a.yaml", 5)]


@pytest.mark.parametrize("value", ["no", "on", "0777", "1e3", "1_000", "y"])
def test_a_value_that_reads_otherwise_than_it_looks(value: str) -> None:
    """It is not a string for Kubernetes; quoted, it is."""
    broken = errors({"a.yaml": PROVIDER.replace("provider-a", value)})
    assert broken and broken[0][1:] == ("a.yaml", 4)
    annotated = PROVIDER + f"  annotations: {{k: '{value}'}}\n"
    assert errors({"a.yaml": annotated}) == []
    # Sexagesimal numbers and dates of YAML 1.1 are texts for Kubernetes.
    assert errors({"a.yaml": PROVIDER + "  annotations: {k: 12:30:45, d: 2024-01-01}\n"}) == []


def test_billion_laughs() -> None:
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    bomb = PROVIDER + "a0: &a0 [x, x]\n" + levels
    assert errors({"a.yaml": bomb})[0][0] == "XP007"


def test_deep_nesting() -> None:
    deep = PROVIDER + "spec: " + "[" * 100_000 + "]" * 100_000 + "\n"
    assert [e[0] for e in errors({"a.yaml": deep})] == ["XP007"]


def test_tags_construct_nothing() -> None:
    tagged = PROVIDER + "  annotations: {k: !!python/object/apply:os.system [x]}\n"
    assert errors({"a.yaml": tagged})


@pytest.mark.parametrize(
    "data",
    [
        PROVIDER.encode("utf-16"),
        PROVIDER.encode() + b"# \xff\n",
        PROVIDER.encode() + b"# \x00\n",
        PROVIDER.encode() + b"x: \x1b\n",
        PROVIDER.encode() + b"spec:\n\tcrossplane: {}\n",
    ],
)
def test_bytes_that_are_no_yaml(data: bytes) -> None:
    found = errors({"a.yaml": data})
    assert found[0][0] in {"XP001", "XP002"} and found[0][2] > 0


def test_marks_and_line_ends_are_made_one() -> None:
    plain = built({"a.yaml": PROVIDER})
    marked = built({"a.yaml": "\ufeff" + PROVIDER.replace("\n", "\r\n")})
    assert plain.package is not None and marked.package is not None
    assert plain.package.digest == marked.package.digest


def test_empty_documents_change_nothing() -> None:
    plain = built({"a.yaml": PROVIDER})
    padded = built(
        {"a.yaml": "---\n" + PROVIDER[:-1], "b.yaml": "", "c.yaml": "---\n---\n", "d.yaml": "# x\n"}
    )
    assert plain.package is not None and padded.package is not None
    assert plain.package.digest == padded.package.digest


def test_a_file_that_is_no_object() -> None:
    assert errors({"a.yaml": PROVIDER, "values.yaml": "replicas: 1\n"}) == [
        ("XP201", "values.yaml", 1)
    ]


def test_a_package_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "LARGEST_PACKAGE", 1_000)
    files = {"a.yaml": PROVIDER, "b.yaml": CRD + "# padding\n" * 100}
    assert [e[0] for e in errors(files)] == ["XP106"]


@pytest.mark.slow_input
def test_ten_thousand_files() -> None:
    files: dict[str, str | bytes] = {"m.yaml": PROVIDER}
    for number in range(10_000):
        files[f"crds/{number}.yaml"] = CRD.replace("thing", f"thing{number}").replace(
            "Thing", f"Thing{number}"
        )
    result = built(files)
    assert result.package is not None, render_all(result.findings[:3])


@pytest.mark.parametrize("constraint", ["'>=v1,,'", "'=='", "latest", "1.2.3.4", "12", "''"])
def test_a_constraint_that_cannot_be_read(constraint: str) -> None:
    meta = PROVIDER + f"spec:\n  crossplane:\n    version: {constraint}\n"
    assert [(e[1], e[2]) for e in errors({"a.yaml": meta})] == [("a.yaml", 7)]


@pytest.mark.parametrize(
    "dependency",
    [
        "{provider: 'example.org/a/b:v1@sha256:" + "0" * 64 + "', version: '>=v1'}",
        "{provider: example.org/a/b}",
        "{provider: example.org/a/b, version: nope}",
        "{version: v1}",
    ],
)
def test_dependencies_that_cannot_work(dependency: str) -> None:
    meta = CONFIGURATION + f"spec:\n  dependsOn:\n    - {dependency}\n"
    assert {(e[1], e[2]) for e in errors({"a.yaml": meta})} == {("a.yaml", 7)}


@pytest.mark.parametrize("name", ["UPPER", "../../x", "a..b", "p" * 300])
def test_names_that_are_no_dns_names(name: str) -> None:
    """Of the meta object nobody uses it: a warning (lint-rules.md, XP109)."""
    assert errors({"a.yaml": PROVIDER.replace("provider-a", name)}) == []
    wrong = COMPOSITION.replace("name: things", f"name: {name}")
    found = errors({"a.yaml": CONFIGURATION, "x.yaml": XRD, "c.yaml": wrong})
    assert {(e[0], e[1]) for e in found} == {("XP206", "c.yaml")}


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (
            XRD
            + "          properties: {spec: {type: object, properties: {a: {type: nothing}}}}\n",
            16,
        ),
        (XRD.replace("served: true", "served: false"), 0),
        (XRD.replace("referenceable: true", "referenceable: false"), 0),
    ],
)
def test_xrds_that_a_cluster_refuses(wrong: str, line: int) -> None:
    found = errors({"a.yaml": CONFIGURATION, "x.yaml": wrong})
    assert found and {e[1] for e in found} == {"x.yaml"}
    assert not line or line in {e[2] for e in found}


def test_a_composition_for_a_version_that_is_not_there() -> None:
    wrong = COMPOSITION.replace("example.org/v1,", "example.org/v2,")
    found = errors({"a.yaml": CONFIGURATION, "x.yaml": XRD, "c.yaml": wrong})
    assert [e[1] for e in found] == ["c.yaml"]
    assert errors({"a.yaml": CONFIGURATION, "x.yaml": XRD, "c.yaml": COMPOSITION}) == []
