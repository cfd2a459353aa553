"""The verdicts of the real Crossplane CLI on small packages (tests/vectors/cases.jsonl)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.cases import CASES, request
from xpkg_tool.building.build import build
from xpkg_tool.diagnostics.finding import render_all

# A cluster knows no such objects any more; upstream's validation does not look at them.
REMOVED = "kind-provider-CustomResourceDefinition-apiextensions.k8s.io_v1beta1"

# Its text was too long to keep; test_loader.py makes documents of that depth.
WITHOUT_TEXT = {"deep-flow-100000"}


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c["case"].startswith(("ok-", "meta-", "kind-"))],
    ids=lambda c: str(c["case"]),
)
def test_the_verdict_is_that_of_the_real_cli(case: dict[str, Any]) -> None:
    """What it builds and a cluster refuses is refused here, unless no cluster is asked: of a
    Function Crossplane installs nothing."""
    function = case["case"].startswith("kind-function-")
    refused = any(object["errors"] for object in case.get("objects", ())) and not function
    refused |= case["case"] == REMOVED
    result = build(request(case))
    expected = case["build"]["ok"] and not refused
    assert (result.package is not None) == expected, render_all(result.findings)


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if not c["build"]["ok"] and c["case"] not in WITHOUT_TEXT],
    ids=lambda c: str(c["case"]),
)
def test_every_refusal_names_a_place_and_a_remedy(case: dict[str, Any]) -> None:
    """Only a package without any sources or meta object has no place to show."""
    findings = build(request(case)).findings
    assert findings
    for finding in findings:
        assert finding.remedy and finding.message.endswith(".")
        assert (finding.path and finding.position) or finding.code in {"XP011", "XP101"}, finding
