"""Every line of cases.jsonl: the verdicts of the real CLI and of a cluster, and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.xpkg_tool.cases import CASES, request
from xpkg_tool.building.build import build
from xpkg_tool.diagnostics.finding import ERROR, render_all

# Their texts were too long to keep; test_loader.py makes documents of that depth.
WITHOUT_TEXT = {"deep-flow-1000", "deep-flow-9000", "deep-flow-100000", "deep-block-500"}

# Read by the walk over a folder, not by a build from files: test_walk.py.
FOR_THE_WALK = {"symlink-dangling", "dir-named-yaml", "json-file-ignored"}

# What the CLI builds and a cluster takes, and we refuse, each by a rule whose page says what goes
# wrong later.
REFUSED = {
    "duplicate-object": "XP210",
    "duplicate-key-top": "XP005",
    "duplicate-key-nested": "XP005",
    "depends-tag": "XP124",
    "depends-shortname": "XP125",
    "depends-unknownkind": "XP126",
    "compositionspec-ref-version-unknown": "XP705",
    "compositionspec-dup-step": "XP701",
    "compositionspec-name-upper": "XP206",
    "kind-provider-CustomResourceDefinition-apiextensions.k8s.io_v1beta1": "XP409",
}

# What a cluster refuses for the types of CEL expressions, which are not checked yet.
CEL = {
    "crdschema-cel-message-expression-bad",
}


def errors_of_a_cluster(case: dict[str, Any]) -> list[str]:
    return [error for entry in case["objects"] for error in entry.get("errors") or ()]


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["case"] not in WITHOUT_TEXT | FOR_THE_WALK],
    ids=lambda c: str(c["case"]),
)
def test_verdict(case: dict[str, Any]) -> None:
    name = case["case"]
    result = build(request(case))
    text = render_all(result.findings)
    for finding in result.findings:
        assert finding.remedy
        if finding.path:
            assert finding.position is not None, text
    if not case["build"]["ok"]:
        # One of these, separator-inline-content, is refused for what stands behind its `---`: the
        # document itself is kept (docs/package-format.md).
        assert result.package is None, text
    elif errors_of_a_cluster(case):
        found = [f for f in result.findings if f.path and f.object]
        assert bool(found) == (name not in CEL), text
    elif name in REFUSED:
        assert {f.code for f in result.findings if f.severity == ERROR} == {REFUSED[name]}, text
    else:
        assert result.package is not None, text
