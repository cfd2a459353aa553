"""The rules for meta objects."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, brief, changed, codes_of, findings
from xpkg_tool.diagnostics.finding import ERROR, WARNING


def meta(text: str) -> str:
    return CONFIGURATION + text


def test_a_meta_object_that_is_right() -> None:
    right = meta(
        "  labels: {team: platform}\n"
        "  annotations: {meta.crossplane.io/license: Apache-2.0}\n"
        "spec:\n"
        '  crossplane: {version: ">=v2.0.0"}\n'
        "  capabilities: [composition]\n"
    )
    assert findings({"a.yaml": right}) == ()


@pytest.mark.parametrize(
    ("text", "written", "read"),
    [
        ("k: 12", "12", ""),
        ("k: 0777", "0777", "511"),
        ("k: y", "y", "true"),
        ("k: off", "off", "false"),
        ("k: 1e3", "1e3", "1000"),
    ],
)
def test_a_scalar_that_reads_otherwise_than_it_looks_is_to_be_quoted(
    text: str, written: str, read: str
) -> None:
    (finding,) = findings({"a.yaml": meta(f"  annotations:\n    {text}\n")})
    assert (finding.code, finding.severity) == ("XP108", ERROR)
    assert finding.message.startswith("`metadata.annotations.k` must be a string, got ")
    assert finding.remedy.startswith(f'Put it in quotes: "{written}".')
    assert f"Kubernetes reads {read}" in finding.remedy or not read
    assert finding.position is not None
    assert (finding.position.line, finding.position.column) == (6, 8)


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("metadata.labels", ["a"], "XP108"),
        ("metadata.creationTimestamp", "yesterday", "XP108"),
        ("metadata.creationTimestamp", 12, "XP108"),
        ("spec", [], "XP108"),
        ("spec", {"dependsOn": {}}, "XP108"),
        ("spec", {"capabilities": "composition"}, "XP108"),
        ("spec", {"crossplane": ">=v1"}, "XP105"),
        ("spec", {"crossplane": {}}, "XP105"),
        ("spec", {"crossplane": {"version": 1.2}}, "XP105"),
        ("spec", {"crossplane": {"version": "v1.2.3.4"}}, "XP105"),
        ("metadata.name", 12, "XP107"),
        ("metadata.name", "", "XP107"),
        ("metadata.name", ..., "XP107"),
        ("metadata", None, "XP107"),
        ("metadata.name", "Provider_A", "XP109"),
        ("metadata.name", "../../x", "XP109"),
        ("metadata.name", "a" * 64, "XP109"),
        ("metadata.annotations", {"a b": "c"}, "XP207"),
        ("metadata.annotations", {"k": "x" * 300_000}, "XP207"),
        ("metadata.labels", {"k": "no spaces here"}, "XP207"),
        ("metadata.labels", {"a/b/c": "v"}, "XP207"),
        ("spec", {"dependson": [{}]}, "XP111"),
    ],
)
def test_one_mistake_is_one_finding(path: str, value: object, code: str) -> None:
    found = findings({"a.yaml": changed(CONFIGURATION, path, value)})
    assert codes_of(found) == [code]
    # Nobody uses the name, but Crossplane's build refuses one that is no string.
    harmless = path.startswith("metadata") and code in ("XP107", "XP109")
    assert found[0].severity == (WARNING if harmless and value != 12 else ERROR)


def test_names_that_kubernetes_takes() -> None:
    for name in ("a.b.c", "a" * 63, "0a"):
        text = CONFIGURATION.replace("configuration-a", name)
        assert findings({"a.yaml": text}) == ()


def test_a_field_that_crossplane_drops_is_a_warning() -> None:
    text = meta("spec:\n  controller:\n    image: registry.example.org/a:v1\n")
    (finding,) = findings({"a.yaml": text})
    assert (finding.code, finding.severity) == ("XP110", WARNING)
    assert brief([finding]) == ["XP110 6:3"]
    assert "Crossplane 1" in finding.remedy


def test_a_field_in_another_case_is_named() -> None:
    found = findings({"a.yaml": CONFIGURATION.replace("metadata", "Metadata")})
    assert codes_of(found) == ["XP107", "XP111"]
    assert "Did you mean `metadata`?" in found[1].remedy
