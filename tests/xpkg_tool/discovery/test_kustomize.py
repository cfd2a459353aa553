"""Which files a kustomization takes for patches."""

from __future__ import annotations

import pytest

from xpkg_tool.discovery.kustomize import is_kustomization, patches


def found(text: str, *paths: str) -> list[str]:
    files = dict.fromkeys(paths, b"")
    return sorted(patches({"p/kustomization.yaml": text.encode(), **files}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("patches: [{path: a.yaml}, {patch: b.yaml}]", ["p/a.yaml"]),
        ("patchesJson6902: [{target: {kind: X}, path: ./a.yaml}]", ["p/a.yaml"]),
        ("patchesStrategicMerge: [a.yaml, sub/../b.yaml, '../c.yaml']", ["c.yaml", "p/a.yaml"]),
        ("configurations: [b.yaml]\ntransformers: [a.yaml]", ["p/a.yaml"]),
        ("resources: [a.yaml]\nbases: [a.yaml]", []),
        ("patchesStrategicMerge:\n- |\n  apiVersion: v1\n  kind: X\n", []),
        ("patches: [gone.yaml, 1, null, {path: [a.yaml]}]", []),
        ("[a.yaml]", []),
        ("patches: [", []),
        ("", []),
    ],
)
def test_patches_and_configuration_are_found(text: str, expected: list[str]) -> None:
    assert found(text, "p/a.yaml", "c.yaml") == expected


def test_kustomizations_are_known_by_their_names() -> None:
    assert is_kustomization("a/kustomization.yml") and is_kustomization("kustomization.yaml")
    assert not is_kustomization("a/my-kustomization.yaml")
