"""The verdicts of the real Crossplane CLI on small packages (tests/vectors/cases.jsonl)."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from xpkg_tool.build import BuildResult, PackageRequest, build
from xpkg_tool.finding import render_all

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = [
    json.loads(line)
    for line in (VECTORS / "cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


def build_case(case: dict[str, Any]) -> BuildResult:
    """Builds the case's package with the default globs of `xpkg_package`."""
    files: dict[str, bytes] = {}
    for path, entry in case["files"].items():
        if "text" in entry:
            files[path] = entry["text"].encode("utf-8", "surrogatepass")
        elif "base64" in entry:
            files[path] = base64.b64decode(entry["base64"])
    yaml = {p: d for p, d in files.items() if p.endswith((".yaml", ".yml"))}
    return build(
        PackageRequest(
            name=case["case"],
            root="",
            sources={p: d for p, d in yaml.items() if not p.startswith("examples/")},
            examples={p: d for p, d in yaml.items() if p.startswith("examples/")},
        )
    )


@pytest.mark.parametrize(
    "case",
    [c for c in CASES if c["case"].startswith(("ok-", "meta-", "kind-"))],
    ids=lambda c: str(c["case"]),
)
def test_the_verdict_is_that_of_the_real_cli(case: dict[str, Any]) -> None:
    """What it builds and a cluster refuses is refused here."""
    refused = any(object["errors"] for object in case.get("objects", ()))
    result = build_case(case)
    expected = case["build"]["ok"] and not refused
    assert (result.package is not None) == expected, render_all(result.findings)


@pytest.mark.parametrize(
    "case", [c for c in CASES if not c["build"]["ok"]], ids=lambda c: str(c["case"])
)
def test_every_refusal_names_a_place_and_a_remedy(case: dict[str, Any]) -> None:
    """Only a package without any sources or meta object has no place to show."""
    for finding in build_case(case).findings:
        assert finding.remedy and finding.message.endswith(".")
        assert (finding.path and finding.position) or finding.code in {"XP011", "XP101"}, finding
