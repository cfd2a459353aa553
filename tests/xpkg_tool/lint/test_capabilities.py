"""Capabilities that are nearly those that Crossplane knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.small_packages import CONFIGURATION, changed, findings
from xpkg_tool.diagnostics.finding import WARNING

FUNCTION = CONFIGURATION.replace("Configuration", "Function")


def of_capabilities(*capabilities: Any) -> list[tuple[str, str, str]]:
    text = changed(FUNCTION, "spec", {"capabilities": [*capabilities]})
    return [(f.code, f.severity, f.remedy) for f in findings({"crossplane.yaml": text})]


@pytest.mark.parametrize(
    "known",
    # Crossplane ignores case and all but letters and digits (CapabilitiesContainFuzzyMatch).
    ["composition", "operation", "safe-start", "SafeStart", "safe_start", "Composition", "safe."],
)
def test_what_crossplane_knows(known: str) -> None:
    assert of_capabilities(known) == []


@pytest.mark.parametrize("arbitrary", ["example.org/feature", "x", "", "webhooks", "-", "日本"])
def test_any_other_may_mean_something_to_someone(arbitrary: str) -> None:
    assert of_capabilities("composition", arbitrary) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("compositions", "composition"),
        ("compositon", "composition"),
        ("Operations", "operation"),
        ("safe-starts", "safe-start"),
        ("savestart", "safe-start"),
    ],
)
def test_nearly_one(written: str, meant: str) -> None:
    ((code, severity, remedy),) = of_capabilities("example.org/feature", written)
    assert (code, severity) == ("XP112", WARNING)
    assert f"Write `{meant}`" in remedy


def test_what_is_no_text_is_another_finding() -> None:
    assert [code for code, _, _ in of_capabilities(5)] == ["XP108"]
