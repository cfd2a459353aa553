"""Constraints that older releases of Crossplane refuse, or read in another way."""

from __future__ import annotations

import pytest

from xpkg_tool.building.build import PackageRequest, build
from xpkg_tool.diagnostics.finding import ERROR, WARNING

META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration-example
spec:
"""
DEPENDENCY = """\
  dependsOn:
    - apiVersion: pkg.crossplane.io/v1
      kind: Provider
      package: registry.example.org/platform/provider-example
      version: "{}"
"""


def found(dependency: str | None, crossplane: str | None) -> list[tuple[str, str, str]]:
    """Code, severity and message of the findings about constraints."""
    text = META
    text += f'  crossplane:\n    version: "{crossplane}"\n' if crossplane else ""
    text += DEPENDENCY.format(dependency) if dependency else ""
    result = build(PackageRequest("example", "", {"crossplane.yaml": text.encode()}, {}))
    return [
        (finding.code, finding.severity, f"{finding.message} {finding.remedy}")
        for finding in result.findings
        if finding.code in ("XP105", "XP123", "XP130", "XP131")
    ]


@pytest.mark.parametrize(
    ("crossplane", "severity"),
    [
        (">=v1.20.0", WARNING),
        (">=v2.2.0", WARNING),
        # All of Crossplane 2.
        (None, WARNING),
        # All releases that can have it refuse it.
        (">=v1.20.0, <v2.0.0", ERROR),
        ("~2.2.0", ERROR),
        (">=v2.3.0", None),
        ("^2.3", None),
    ],
)
def test_what_an_older_release_cannot_read(crossplane: str | None, severity: str | None) -> None:
    findings = found(">=v1.0.0 <v2.0.0", crossplane)
    assert [(code, of) for code, of, _ in findings] == ([("XP130", severity)] if severity else [])
    assert all("Write `>=v1.0.0, <v2.0.0`" in text for _, _, text in findings)


@pytest.mark.parametrize(
    ("constraint", "sentence"),
    [
        ("<v2", "2.0.0 satisfies it there, but not from 2.3 on. Write `<v2.0.0`"),
        ("v1.2", "1.2.1 satisfies it from 2.3 on, but not before. Write `>=v1.2.0, <v1.3.0`"),
        ("!=1.2", "Write whole versions"),
    ],
)
@pytest.mark.parametrize("crossplane", [">=v1.20.0", "<v2.3.0", None])
def test_what_an_older_release_reads_in_another_way(
    constraint: str, sentence: str, crossplane: str | None
) -> None:
    [(code, severity, text)] = found(constraint, crossplane)
    assert (code, severity) == ("XP131", WARNING) and sentence in text
    assert found(constraint, ">=v2.3.0") == []


@pytest.mark.parametrize("constraint", [">=v1.0.0", "~1", "v1", ">=1.0.0-0", "sha256:" + "0" * 64])
def test_what_all_read_alike_has_no_finding(constraint: str) -> None:
    assert found(constraint, ">=v1.14.0-0") == []


def test_what_no_release_can_read_is_said_once() -> None:
    assert [code for code, _, _ in found(">=v1,,", ">=v1.20.0")] == ["XP123"]
    assert [code for code, _, _ in found(None, ">=v1,,")] == ["XP105"]


@pytest.mark.parametrize(
    ("crossplane", "expected"),
    [
        # 1.20 and 2.2 cannot read what admits them.
        (">=v1.20.0 <v3", [("XP130", WARNING)]),
        (">=v1.14.0 <v2.0.0", [("XP130", WARNING)]),
        (">=v2.3.0 <v3", []),
        # Each release reads it for itself: 2.0 takes itself for `<v2`, no release is 3.0.
        (">=v1.14.0, <v2", [("XP131", WARNING)]),
        (">=v1.14.0-0, <v3", []),
    ],
)
def test_the_constraint_for_crossplane(crossplane: str, expected: list[tuple[str, str]]) -> None:
    assert [(code, severity) for code, severity, _ in found(None, crossplane)] == expected
