"""The lint rules of a package: what is said, where, all of it at once."""

from __future__ import annotations

import pytest

from xpkg_tool.building.build import BuildResult, PackageRequest, build
from xpkg_tool.diagnostics.finding import render_all

PROVIDER = b"""\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-a
"""
CRD = b"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.org
spec:
  group: example.org
  names: {kind: Thing, plural: things}
  scope: Cluster
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object}}
"""
COMPOSITION = b"""\
apiVersion: apiextensions.crossplane.io/v1
kind: Composition
metadata:
  name: things
spec:
  compositeTypeRef: {apiVersion: example.org/v1, kind: XThing}
  pipeline:
    - step: one
      functionRef: {name: function-things}
"""


def built(
    files: dict[str, bytes],
    examples: dict[str, bytes] | None = None,
    package_type: str | None = None,
    root: str = "pkg",
) -> BuildResult:
    return build(PackageRequest("pkg:pkg", root, files, examples or {}, package_type))


def found(result: BuildResult) -> list[tuple[str, str, int]]:
    return [(f.code, f.path, f.position.line if f.position else 0) for f in result.findings]


def test_a_package_that_is_right() -> None:
    result = built({"pkg/crossplane.yaml": PROVIDER, "pkg/crds/a.yaml": CRD})
    assert not result.findings and result.package is not None


def test_no_meta_object() -> None:
    result = built({"pkg/a.yaml": CRD})
    assert found(result) == [("XP101", "", 0)]
    assert result.package is None


def test_an_install_manifest_is_no_meta_object() -> None:
    manifest = b"apiVersion: pkg.crossplane.io/v1\nkind: Provider\nmetadata: {name: a}\n"
    result = built({"pkg/crossplane.yaml": manifest})
    (missing, unknown) = result.findings
    assert (missing.code, unknown.code) == ("XP101", "XP202")
    assert "meta.pkg.crossplane.io/v1" in missing.remedy


def test_two_meta_objects_name_each_other() -> None:
    result = built({"pkg/a.yaml": PROVIDER, "pkg/b.yaml": b"---\n" + PROVIDER})
    assert found(result) == [
        ("XP102", "pkg/a.yaml", 2),
        ("XP102", "pkg/b.yaml", 3),
    ]
    assert "pkg/b.yaml:2" in result.findings[0].message
    assert "pkg/a.yaml:1" in result.findings[1].message


def test_an_unknown_version_of_a_meta_object() -> None:
    result = built({"pkg/crossplane.yaml": PROVIDER.replace(b"/v1\n", b"/v1beta1\n")})
    assert found(result) == [("XP103", "pkg/crossplane.yaml", 1)]
    assert "Did you mean Provider (meta.pkg.crossplane.io/v1)?" in result.findings[0].remedy


@pytest.mark.parametrize(
    ("api_version", "kind", "meant"),
    [
        ("apiextensions.k8s.io/v1", "CustomResourceDefinitions", "CustomResourceDefinition"),
        ("apiextensions.crossplane.io/v1", "Compositon", "Composition"),
        ("apiextensions.crossplane.io/v1beta2", "Composition", "Composition"),
        # Kinds that are right where they belong; only their groups are like those of a package.
        ("pkg.crossplane.io/v1", "Configuration", None),
        ("nop.crossplane.io/v1alpha1", "NopResource", None),
    ],
)
def test_a_kind_is_suggested_where_it_is_misspelt(
    api_version: str, kind: str, meant: str | None
) -> None:
    object = f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: a\n"
    result = built({"pkg/crossplane.yaml": PROVIDER, "pkg/a.yaml": object.encode()})
    (finding,) = [f for f in result.findings if f.code == "XP202"]
    if meant is None:
        assert "Did you mean" not in finding.remedy
    else:
        assert f"Did you mean {meant} (" in finding.remedy


def test_all_mistakes_at_once_with_places() -> None:
    result = built(
        {
            "pkg/crossplane.yaml": PROVIDER + b'spec:\n  crossplane:\n    version: ">=v1,,"\n',
            "pkg/a.yaml": b"# values\nreplicas: 1\n",
            "pkg/b.yaml": CRD + b"---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
            "pkg/c.yaml": COMPOSITION,
            "pkg/notes.txt": b"",
        },
        package_type="Configuration",
    )
    assert found(result) == [
        ("XP201", "pkg/a.yaml", 2),
        ("XP202", "pkg/b.yaml", 16),
        ("XP203", "pkg/c.yaml", 2),
        ("XP104", "pkg/crossplane.yaml", 2),
        ("XP105", "pkg/crossplane.yaml", 7),
        ("XP010", "pkg/notes.txt", 0),
    ]
    assert result.package is None


def test_a_finding_is_shown_with_its_line_and_a_caret() -> None:
    result = built({"pkg/crossplane.yaml": PROVIDER.replace(b"Provider", b"Privoder")})
    assert render_all(result.findings) == (
        "pkg/crossplane.yaml:2:7: error XP103: Privoder (meta.pkg.crossplane.io/v1) is not a meta "
        "object that the package manager knows. [Privoder provider-a]\n"
        "  2 | kind: Privoder\n"
        "    |       ^^^^^^^^\n"
        "  help: Did you mean Provider (meta.pkg.crossplane.io/v1)? Supported: Configuration "
        "(meta.pkg.crossplane.io/v1), Configuration (meta.pkg.crossplane.io/v1alpha1), Function "
        "(meta.pkg.crossplane.io/v1), Function (meta.pkg.crossplane.io/v1beta1), Provider "
        "(meta.pkg.crossplane.io/v1), Provider (meta.pkg.crossplane.io/v1alpha1)."
    )


def test_broken_yaml_hides_nothing_else() -> None:
    result = built(
        {"pkg/crossplane.yaml": PROVIDER, "pkg/a.yaml": b"a: [\n", "pkg/b.yaml": b"- a\n"}
    )
    assert [f.code for f in result.findings] == ["XP002", "XP201"]


def test_a_broken_meta_object_is_not_called_missing() -> None:
    result = built({"pkg/crossplane.yaml": PROVIDER + b"spec: [\n"})
    assert [f.code for f in result.findings] == ["XP002"]


def test_no_sources() -> None:
    result = built({})
    assert [f.code for f in result.findings] == ["XP011"]


def test_a_meta_object_without_a_name() -> None:
    result = built(
        {"pkg/crossplane.yaml": PROVIDER.replace(b"metadata:\n  name: provider-a\n", b"")}
    )
    assert [f.code for f in result.findings] == ["XP107", "XP113"]
    result = built({"pkg/crossplane.yaml": PROVIDER.replace(b"provider-a", b"12")})
    assert [f.code for f in result.findings] == ["XP107"]


def test_examples_are_objects_of_any_kind() -> None:
    files = {"pkg/crossplane.yaml": PROVIDER}
    good = built(files, {"pkg/examples/a.yaml": b"apiVersion: v1\nkind: Secret\n"})
    assert good.package is not None
    bad = built(files, {"pkg/examples/a.yaml": b"a: 1\n"})
    assert [f.code for f in bad.findings] == ["XP301"]
