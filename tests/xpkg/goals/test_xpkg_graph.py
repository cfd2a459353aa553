"""`xpkg-graph`: the packages of the repository, and what the registries have of them."""

from __future__ import annotations

import json
from typing import Any, Sequence

import pytest
from pants.engine.addresses import Address
from pants.engine.rules import rule
from pants.testutil.rule_runner import GoalRuleResult, RuleRunner

from tests.xpkg.dependencies.packages import HOST, configure, runner_with, write
from tests.xpkg.replaced_rules import replaced
from xpkg.dependencies import resolves
from xpkg.goals import xpkg_graph
from xpkg.goals.xpkg_graph import XpkgGraph, published_state
from xpkg.publishing.candidate import Candidate
from xpkg.publishing.destinations import Destination, Problem
from xpkg.publishing.plan import PackagePlan, PublishPlan, ReferencePlan
from xpkg.publishing.planning import PublishPlanRequest
from xpkg.registries import Registry
from xpkg_tool.messages.plan import Action, PlannedReference

HERE, ELSEWHERE = f"sha256:{'0' * 64}", f"sha256:{'1' * 64}"


def package(*remotes: tuple[str | None, Action], problem: Problem | None = None) -> PackagePlan:
    """A package with references that have these digests in the registry."""
    references = tuple(
        ReferencePlan(
            Destination(Registry(HOST), "a", f"v{number}"),
            PlannedReference(f"{HOST}/a:v{number}", HERE, remote, action, ""),
        )
        for number, (remote, action) in enumerate(remotes)
    )
    return PackagePlan(Candidate(Address("packages/a"), HERE, problem=problem), references)


NOTHING, SAME, OTHER = (None, Action.PUSH), (HERE, Action.UP_TO_DATE), (ELSEWHERE, Action.REFUSED)


@pytest.mark.parametrize(
    ("remotes", "state"),
    [
        ([NOTHING, NOTHING], "never published"),
        ([SAME, SAME], "published"),
        ([SAME, (None, Action.SKIP)], "published"),
        ([SAME, NOTHING], "partly published"),
        ([SAME, OTHER], "drifted"),
        ([NOTHING, (ELSEWHERE, Action.PUSH)], "drifted"),
        ([SAME, (None, Action.FAILED)], "unknown"),
        ([], "never published"),
    ],
)
def test_what_the_registries_have(remotes: list[tuple[str | None, Action]], state: str) -> None:
    assert published_state(package(*remotes)) == state


def test_what_cannot_be_built_is_not_known() -> None:
    assert published_state(package(SAME, problem=Problem("does not pass lint", ""))) == "unknown"


@rule(canonical_name="xpkg.publishing.planning.publish_plan")
async def plan(request: PublishPlanRequest) -> PublishPlan:
    assert request.named == (Address("packages/a"),)
    return PublishPlan(request.named, (package(SAME),))


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with(*replaced(xpkg_graph.rules(), plan), *resolves.rules())
    configure(runner)
    write(runner, "a", "b", "other.example.org/c", version="v1.0.0")
    write(runner, "b")
    return runner


def graph(runner: RuleRunner, *args: str, global_args: Sequence[str] = ()) -> GoalRuleResult:
    option = f"--xpkg-registries={ {'main': {'address': HOST, 'default': True}}!r}"
    return runner.run_goal_rule(
        XpkgGraph, global_args=[option, *global_args], args=args, env_inherit={"PATH"}
    )


def test_the_packages_that_are_named(runner: RuleRunner) -> None:
    assert graph(runner, "packages/b").stdout == "packages/b:b Function\n"
    assert graph(runner, "::").stdout == (
        "packages/a:a Function v1.0.0\n"
        "├── packages/b:b Function [>=v1.0.0]\n"
        "└── other.example.org/c Function external [>=v1.0.0]\n"
    )


def test_what_is_published(runner: RuleRunner) -> None:
    shown = graph(runner, "--published", "--format=json", "packages/a")
    packages: list[dict[str, Any]] = json.loads(shown.stdout)["packages"]
    assert [(p["name"], p["state"]) for p in packages] == [
        ("packages/a:a", "published"),
        ("packages/b:b", None),
        ("other.example.org/c", None),
    ]


def test_a_lock_that_cannot_be_read(runner: RuleRunner) -> None:
    runner.write_files({"xpkg.lock": "{"})
    shown = graph(runner, "packages/a")
    assert shown.exit_code == 1 and "xpkg.lock:1" in shown.stderr and shown.stdout == ""


LOCK = """{
  "formatVersion": 1,
  "packages": [
    {
      "source": "other.example.org/c",
      "version": "VERSION",
      "digest": "sha256:%s",
      "kind": "Function",
      "objectName": "c",
      "platforms": {},
      "dependencies": [],
      "requiredBy": []
    }
  ]
}
""" % ("0" * 64)


def test_each_resolve_has_its_own_versions(runner: RuleRunner) -> None:
    write(runner, "a", "other.example.org/c", version="v1.0.0")
    write(runner, "b", "other.example.org/c", version="v1.0.0", resolve="edge")
    runner.write_files(
        {
            "xpkg.lock": LOCK.replace("VERSION", "v1.2.0"),
            "e.lock": LOCK.replace("VERSION", "v0.9.0"),
        }
    )
    option = "--xpkg-resolves={'xpkg': 'xpkg.lock', 'edge': 'e.lock'}"
    assert graph(runner, "::", global_args=[option]).stdout == (
        "packages/a:a Function v1.0.0\n"
        "└── other.example.org/c Function v1.2.0 locked [>=v1.0.0]\n"
        "packages/b:b Function v1.0.0\n"
        "└── other.example.org/c Function v0.9.0 locked [>=v1.0.0] (not satisfied)\n\n"
        "(not satisfied) the version of the package does not satisfy the constraint\n"
    )


def test_nothing_to_show(runner: RuleRunner) -> None:
    runner.write_files({"other/BUILD": "target()"})
    shown = graph(runner, "other")
    assert (shown.exit_code, shown.stdout) == (0, "")
