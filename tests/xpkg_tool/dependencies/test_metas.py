"""The meta object of a package among its files."""

from __future__ import annotations

import pytest

from xpkg_tool.dependencies.metas import find_meta

META = b"apiVersion: meta.pkg.crossplane.io/v1\nkind: Provider\nmetadata:\n  name: a\n"


def test_the_first_one_counts() -> None:
    other = META.replace(b"name: a", b"name: b")
    found = find_meta([("x.yaml", b"a: b\n"), ("y.yaml", b"a: 1\n---\n" + META), ("z.yaml", other)])
    assert found is not None
    assert (found.document.path, found.document.line, found.label) == ("y.yaml", 3, "Provider a")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# meta.pkg.crossplane.io\n",
        b"- meta.pkg.crossplane.io\n",
        b"apiVersion: [meta.pkg.crossplane.io\n",
        META.replace(b"Provider", b"Unknown"),
        META.replace(b"/v1", b"/v7"),
        META.replace(b"v1\n", b"v1\n\xff"),
        META.replace(b"Provider", b"[Provider]"),
    ],
)
def test_what_is_none(data: bytes) -> None:
    assert find_meta([("a.yaml", data)]) is None


def test_what_the_package_manager_reads_in_spite_of_a_fault() -> None:
    """A key that is there twice is a finding; Kubernetes takes the last one."""
    found = find_meta([("a.yaml", META + b"spec: {}\nspec: {}\n")])
    assert found is not None and found.name == "a"
    found = find_meta([("a.yaml", META.replace(b"name: a", b"name: 1"))])
    assert found is not None and (found.name, found.label) == ("", "Provider")
