"""What goes into a package: order, text and description."""

from __future__ import annotations

import gzip
import io
import json
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from xpkg_tool.building.build import PackageRequest, build
from xpkg_tool.package.content import walk_key

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata:\n  name: provider-a\n"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {0}.example.org}}
spec:
  group: example.org
  names: {{kind: Thing, plural: {0}}}
  scope: Cluster
  versions:
    - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}
"""


def streams(
    sources: dict[str, str], examples: dict[str, str] | None = None
) -> tuple[dict[str, str], dict[str, object]]:
    """The files in the layers of the package that is built, and its description."""
    result = build(
        PackageRequest(
            "pkg:pkg",
            "pkg",
            {path: text.encode() for path, text in sources.items()},
            {path: text.encode() for path, text in (examples or {}).items()},
        )
    )
    assert result.package is not None, result.findings
    description = json.loads(result.package.description)
    files = {}
    with tarfile.open(fileobj=io.BytesIO(result.package.archive)) as archive:
        for layer in description["layers"]:
            blob = archive.extractfile("blobs/" + layer["digest"].replace(":", "/"))
            assert blob is not None
            with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob.read()))) as tar:
                (member,) = tar.getmembers()
                content = tar.extractfile(member)
                assert content is not None
                files[member.name] = content.read().decode()
    return files, description


def test_the_meta_object_comes_first_then_paths_part_by_part() -> None:
    files, _ = streams(
        {
            "pkg/a-b.yaml": CRD.format("third"),
            "pkg/a/b.yaml": CRD.format("second"),
            "pkg/z/crossplane.yaml": CRD.format("fifth") + "---\n" + META + "# after\n",
            "pkg/B.yaml": CRD.format("first"),
            "pkg/b.yaml": CRD.format("fourth"),
        }
    )
    expected = [
        META + "# after\n",
        *map(CRD.format, ["first", "second", "third", "fourth", "fifth"]),
    ]
    assert files == {"package.yaml": "---\n" + "".join(text + "---\n" for text in expected)}


def test_an_authors_bytes_are_kept() -> None:
    text = "# leading\n" + META + "\n\n  # trailing, with a tab\t\n"
    files, _ = streams({"pkg/crossplane.yaml": "\ufeff---\n" + text.replace("\n", "\r\n")})
    assert files["package.yaml"] == f"---\n{text}---\n"


def test_examples_have_a_layer_of_their_own() -> None:
    example = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    files, description = streams(
        {"pkg/crossplane.yaml": META}, {"pkg/examples/a.yaml": "# only a comment\n---\n" + example}
    )
    assert files[".up/examples.yaml"] == f"---\n{example}---\n"
    assert [layer["kind"] for layer in description["layers"]] == ["base", "upbound"]  # type: ignore[attr-defined,index]


def test_examples_without_content_make_no_layer() -> None:
    files, _ = streams({"pkg/crossplane.yaml": META}, {"pkg/examples/a.yaml": "# nothing\n---\n"})
    assert list(files) == ["package.yaml"]


def test_the_description_names_what_is_inside() -> None:
    depends = (
        "spec:\n  crossplane:\n    version: '>=v1.14'\n  dependsOn:\n"
        "    - provider: example.org/a/provider-b\n      version: '>=v1'\n"
        "    - {apiVersion: pkg.crossplane.io/v1, kind: Function, package: example.org/ff,"
        " version: v2}\n"
    )
    configuration = META.replace("Provider", "Configuration") + depends
    _, description = streams({"pkg/crossplane.yaml": configuration})
    assert description["meta"] == {
        "apiVersion": "meta.pkg.crossplane.io/v1",
        "kind": "Configuration",
        "name": "provider-a",
        "file": "crossplane.yaml",
        "crossplane": ">=v1.14",
        "dependencies": [
            {
                "apiVersion": "pkg.crossplane.io/v1",
                "kind": "Provider",
                "package": "example.org/a/provider-b",
                "constraint": ">=v1",
            },
            {
                "apiVersion": "pkg.crossplane.io/v1",
                "kind": "Function",
                "package": "example.org/ff",
                "constraint": "v2",
            },
        ],
    }
    assert description["formatVersion"] == 1
    assert str(description["friendlyId"]).startswith("provider-a-")


@given(st.permutations([f"pkg/{name}.yaml" for name in ("a", "b", "c/d", "c-d", "e/f/g")]))
def test_the_order_in_which_files_are_given_does_not_matter(paths: list[str]) -> None:
    sources = {path: CRD.format(path[4:-5].replace("/", "-in-")) for path in paths}
    request = {"pkg/crossplane.yaml": META, **sources}
    assert streams(request) == streams(dict(sorted(request.items())))


def test_a_walk_compares_parts_as_bytes() -> None:
    paths = ["a/b.yaml", "a-b.yaml", "a.yaml", "ä.yaml", "B/z.yaml"]
    assert sorted(paths, key=walk_key) == ["B/z.yaml", "a/b.yaml", "a-b.yaml", "a.yaml", "ä.yaml"]
