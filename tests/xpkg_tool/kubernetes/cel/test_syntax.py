"""The syntax of CEL expressions, against what Kubernetes says of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from xpkg_tool.kubernetes.cel.syntax import syntax_problem

EXPRESSIONS = [
    json.loads(line)
    for line in (VECTORS / "expressions.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


@pytest.mark.parametrize("case", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_kubernetes_says_so_too(case: dict[str, Any]) -> None:
    assert (syntax_problem(case["expression"]) is None) == case["readable"]


@pytest.mark.parametrize(
    ("expression", "offset", "reason"),
    [
        ("self >", 6, "ends"),
        ("self.a = 1", 7, "twice"),
        ("self.matches('^\\d+$')", 13, "backslash"),
        ("(self", 5, "ends"),
        ("self a", 5, "operator is missing"),
        ("self.all(x, )", 12, "value is missing"),
        ("[1 2]", 3, "`]` is missing"),
        ("a ? b", 5, "ends"),
    ],
)
def test_the_reason_and_the_place_are_told(expression: str, offset: int, reason: str) -> None:
    problem = syntax_problem(expression)
    assert problem is not None
    assert problem.offset == offset and reason in problem.reason


def test_deep_expressions_are_left_to_kubernetes() -> None:
    assert syntax_problem("(" * 10_000 + "a" + ")" * 10_000) is None
    assert syntax_problem("!" * 10_000 + "a") is None
    assert syntax_problem(" + ".join(["a"] * 10_000)) is None
    assert syntax_problem("a ? b : " * 10_000 + "c") is None
