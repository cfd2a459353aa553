"""What a package of the repository depends on, as Pants sees it."""

from __future__ import annotations

import pytest
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.dependencies.packages import HOST, configure, inferred, runner_with, write


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with()
    configure(runner)
    return runner


def test_a_package_of_the_repository_is_a_dependency(runner: RuleRunner) -> None:
    write(runner, "a", "b", "other.example.org/c", f"{HOST}/c")
    write(runner, "b")
    assert inferred(runner, "a") == ["packages/b:b"]
    # The next run sees a package that was added.
    write(runner, "c", repository="c")
    assert inferred(runner, "a") == ["packages/b:b", "packages/c:c"]


def test_an_exclamation_mark_takes_a_dependency_away(runner: RuleRunner) -> None:
    write(runner, "a", "b", dependencies=["!packages/b"])
    write(runner, "b")
    assert inferred(runner, "a") == []


def test_a_package_is_no_dependency_of_itself(runner: RuleRunner) -> None:
    write(runner, "a", "a")
    assert inferred(runner, "a") == []


def test_what_is_wrong_with_the_files_of_one_package_is_not_of_others(runner: RuleRunner) -> None:
    write(runner, "a", "b")
    write(runner, "b")
    runner.write_files(
        {
            "packages/broken/BUILD": "xpkg_package(sources=['nothing.yaml'])\n",
            "packages/odd/BUILD": "xpkg_package()\n",
            "packages/odd/crossplane.yaml": "kind: [\nmeta.pkg.crossplane.io",
        }
    )
    assert inferred(runner, "a") == ["packages/b:b"]
