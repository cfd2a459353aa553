"""Cron schedules, held to what robfig/cron 3.0.1 takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.xpkg_tool.cases import VECTORS
from tests.xpkg_tool.small_packages import CONFIGURATION, findings
from xpkg_tool.diagnostics.finding import WARNING
from xpkg_tool.kubernetes.cron import cron_problem, never_comes

SCHEDULES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (VECTORS / "schedules.jsonl").read_text(encoding="utf-8").splitlines()
]
TEMPLATE = {"spec": {"mode": "Pipeline", "pipeline": [{"step": "a", "functionRef": {"name": "f"}}]}}


@pytest.mark.parametrize("case", SCHEDULES, ids=lambda case: repr(case["schedule"]))
def test_the_verdict_is_that_of_the_library(case: dict[str, Any]) -> None:
    problem = cron_problem(case["schedule"])
    assert (problem is None) == (case["error"] is None), (case["error"], problem)


@pytest.mark.parametrize("case", SCHEDULES, ids=lambda case: repr(case["schedule"]))
def test_a_schedule_that_never_comes(case: dict[str, Any]) -> None:
    assert never_comes(case["schedule"]) == case["never"]


def of_schedule(schedule: Any) -> list[tuple[str, str]]:
    value = {
        "apiVersion": "ops.crossplane.io/v1alpha1",
        "kind": "CronOperation",
        "metadata": {"name": "o"},
        "spec": {"schedule": schedule, "operationTemplate": TEMPLATE},
    }
    found = findings({"a.yaml": CONFIGURATION, "o.yaml": json.dumps(value)})
    return [(f.code, f.severity) for f in found]


def test_a_schedule_that_cannot_be_read_is_a_warning() -> None:
    assert of_schedule("0 3 * * *") == []
    assert of_schedule("0 0 3 * * *") == [("XP708", WARNING)]
    assert of_schedule("0 3 30 2 *") == [("XP708", WARNING)]
    assert of_schedule("") == [("XP208", "error")]
    assert of_schedule(5) == [("XP204", "error")]
