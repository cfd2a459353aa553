"""What a package of the repository depends on, as Pants sees it."""

from __future__ import annotations

import pytest
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.dependencies.packages import HOST, configure, inferred, meta, runner_with, write


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


def test_the_version_says_which_of_two_release_lines_is_meant(runner: RuleRunner) -> None:
    write(runner, "a", "x", constraint=">=v1.0.0, <v2.0.0")
    write(runner, "old", repository="x", version="v1.3.0")
    write(runner, "new", repository="x", version="v2.0.0")
    assert inferred(runner, "a") == ["packages/old:old"]


def test_without_versions_all_are_meant_until_it_is_written_by_hand(runner: RuleRunner) -> None:
    write(runner, "a", "x")
    write(runner, "b", "x", dependencies=["packages/one"])
    write(runner, "c", "x", dependencies=["!packages/one"])
    write(runner, "d", "x", dependencies=["nowhere"])
    write(runner, "one", repository="x")
    write(runner, "two", repository="x")
    assert inferred(runner, "a") == ["packages/one:one", "packages/two:two"]
    assert inferred(runner, "b") == ["packages/one:one"]
    assert inferred(runner, "c") == ["packages/two:two"]


def test_variants_of_one_target(runner: RuleRunner) -> None:
    write(runner, "a", "x", constraint="~v1.3")
    runner.write_files(
        {
            "packages/x/BUILD": "xpkg_package(version=parametrize(old='v1.3.0', new='v2.0.0'))",
            "packages/x/crossplane.yaml": meta("x"),
        }
    )
    assert inferred(runner, "a") == ["packages/x@version=old"]
    write(runner, "b", "x", constraint="*", dependencies=["!packages/x@version=new"])
    assert inferred(runner, "b") == ["packages/x@version=old"]
