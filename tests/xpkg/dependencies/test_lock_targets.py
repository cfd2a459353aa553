"""Lock files as targets, and what depends on them."""

from __future__ import annotations

import pytest
from pants.engine.addresses import Address, Addresses
from pants.engine.internals.graph import Owners, OwnersRequest
from pants.engine.target import DependenciesRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.dependencies.packages import configure, inferred, runner_with, write
from xpkg.install_target import XpkgInstallDependenciesField

LOCK = "//:_xpkg_xpkg_lock"


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with(QueryRule(Owners, [OwnersRequest]))
    configure(runner)
    return runner


def test_what_asks_for_external_packages_depends_on_their_lock(runner: RuleRunner) -> None:
    write(runner, "a", "b")
    write(runner, "b", "other.example.org/c")
    write(runner, "edge", "other.example.org/c", resolve="edge")
    resolves = "--xpkg-resolves={'xpkg': 'xpkg.lock', 'edge': 'locks/edge.lock'}"
    configure(runner, None, resolves)
    assert inferred(runner, "b") == []
    runner.write_files({"xpkg.lock": "", "locks/edge.lock": ""})
    assert inferred(runner, "a") == ["packages/b:b"]
    assert inferred(runner, "b") == [LOCK]
    assert inferred(runner, "edge") == ["locks:_edge_xpkg_lock"]


def test_a_manifest_depends_on_the_lock_of_what_it_names(runner: RuleRunner) -> None:
    write(runner, "a")
    runner.write_files(
        {
            "xpkg.lock": "",
            "one/BUILD": "xpkg_install(packages=['packages/a'])",
            "two/BUILD": "xpkg_install(external_packages=['other.example.org/c'])",
        }
    )
    found = []
    for folder in ("one", "two"):
        field = runner.get_target(Address(folder))[XpkgInstallDependenciesField]
        found.append(runner.request(Addresses, [DependenciesRequest(field)]))
    assert [[a.spec for a in addresses] for addresses in found] == [[], [LOCK]]


def test_a_lock_that_changes_concerns_what_depends_on_it(runner: RuleRunner) -> None:
    """As `--changed-since` and `--changed-dependents` find it."""
    write(runner, "a", "other.example.org/c")
    runner.write_files({"xpkg.lock": ""})
    owners = runner.request(Owners, [OwnersRequest(("xpkg.lock",))])
    assert [address.spec for address in owners] == [LOCK]


def test_a_resolve_whose_name_is_none_of_a_target(runner: RuleRunner) -> None:
    write(runner, "a", "other.example.org/c", resolve="x/y")
    runner.write_files({"xpkg.lock": ""})
    configure(runner, None, "--xpkg-resolves={'x/y': 'xpkg.lock'}", "--xpkg-default-resolve=x/y")
    assert inferred(runner, "a") == []
