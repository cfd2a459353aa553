"""What is wrong with the `dependencies` of a target, in the words of Pants."""

from __future__ import annotations

import pytest
from pants.backend.visibility import rules as visibility
from pants.core.target_types import GenericTarget
from pants.engine.addresses import Address
from pants.testutil.rule_runner import QueryRule, RuleRunner

from xpkg.building import target_faults
from xpkg.building.target_faults import TargetFaults, TargetFaultsRequest
from xpkg.target_types import XpkgPackageTarget


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return RuleRunner(
        rules=[*target_faults.rules(), QueryRule(TargetFaults, [TargetFaultsRequest])],
        target_types=[XpkgPackageTarget, GenericTarget],
    )


def faults(runner: RuleRunner, dependency: str) -> str:
    runner.write_files(
        {
            "p/BUILD": f"xpkg_package(dependencies=[{dependency!r}])\n",
            "p/folder/README": "",
            "p/odd/BUILD": "xpkg_package(version=1)\n",
            "q/BUILD": "target()\n",
        }
    )
    found: TargetFaults = runner.request(TargetFaults, [TargetFaultsRequest(Address("p"))])
    return found.text


def test_good_dependencies_have_no_fault(runner: RuleRunner) -> None:
    assert faults(runner, "q") == ""


@pytest.mark.parametrize(
    ("dependency", "said"),
    [
        ("nowhere", "'nowhere' does not exist on disk"),
        ("p/folder", "does not contain any BUILD files"),
        ("q:nope", "The address q:nope from the `dependencies` field of the target p:p does not"),
        ("q//", "un-normalized path"),
        ("q:a:b", "Failed to parse address spec `q:a:b`"),
        ("!!q", "Transitive excludes with `!!` are not supported"),
        ("q#*?", "banned characters"),
        ("q@a=b", "does not provide enough address parameters"),
        ("p/odd", "The 'version' field in target p/odd:odd must be a string"),
    ],
)
def test_bad_dependencies_are_a_fault(runner: RuleRunner, dependency: str, said: str) -> None:
    text = faults(runner, dependency)
    assert text.startswith("p/BUILD:1: error: ") and said in text
    assert text.endswith("help: Correct the `dependencies` of p:p, which are addresses of targets.")


def test_what_another_backend_refuses_is_a_fault() -> None:
    runner = RuleRunner(
        rules=[
            *target_faults.rules(),
            *visibility.rules(),
            QueryRule(TargetFaults, [TargetFaultsRequest]),
        ],
        target_types=[XpkgPackageTarget, GenericTarget],
    )
    runner.write_files(
        {
            "p/BUILD": "xpkg_package(dependencies=['q'])\n",
            "q/BUILD": "__dependents_rules__(('*', '!*'))\ntarget()\n",
        }
    )
    found: TargetFaults = runner.request(TargetFaults, [TargetFaultsRequest(Address("p"))])
    assert "p/BUILD:1: error: " in found.text and "dependency violation" in found.text
