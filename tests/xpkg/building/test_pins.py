"""Packages that are built with the digests of others, by the real tool."""

from __future__ import annotations

import json

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest, DigestContents
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.dependencies.packages import HOST, configure, meta, runner_with, write
from xpkg import named_packages
from xpkg.building import buckets, build, groups, inputs, pins, shards, target_faults
from xpkg.building.buckets import Buckets
from xpkg.building.build import BuildOutcome, BuildRequest
from xpkg.dependencies import resolves
from xpkg_tool.messages.files import DESCRIPTION

EXTERNAL = "xpkg.example.org/contrib/function-external"
LOCKED = f"sha256:{7:064x}"


@pytest.fixture
def runner() -> RuleRunner:
    building = (buckets, build, groups, inputs, pins, shards, target_faults)
    modules = (*building, named_packages, resolves)
    runner = runner_with(
        *(rule for module in modules for rule in module.rules()),
        QueryRule(BuildOutcome, [BuildRequest]),
        QueryRule(Buckets, []),
    )
    configure(runner)
    return runner


def outcome(runner: RuleRunner, name: str) -> BuildOutcome:
    found: BuildOutcome = runner.request(BuildOutcome, [BuildRequest(Address(f"packages/{name}"))])
    return found


def digest(runner: RuleRunner, name: str) -> str:
    built = outcome(runner, name)
    assert built.image_digest is not None, built.text
    return built.image_digest


def constraints(runner: RuleRunner, name: str) -> list[str]:
    """What the package that is built says of its dependencies."""
    digest = runner.request(Digest, [CreateDigest([outcome(runner, name).entry(DESCRIPTION)])])
    (description,) = runner.request(DigestContents, [digest])
    return [one["constraint"] for one in json.loads(description.content)["meta"]["dependencies"]]


def change(runner: RuleRunner, name: str) -> None:
    path = f"packages/{name}/crossplane.yaml"
    runner.write_files({path: meta(name) + "# Changed.\n"})


def lock(runner: RuleRunner, version: str = "v1.2.0", path: str = "xpkg.lock") -> None:
    package = {
        "source": EXTERNAL,
        "version": version,
        "digest": LOCKED,
        "kind": "Function",
        "objectName": "contrib-function-external",
        "platforms": {},
        "dependencies": [],
        "requiredBy": [],
    }
    text = json.dumps({"formatVersion": 1, "packages": [package]}, indent=2)
    runner.write_files({path: text})


def test_a_change_of_a_dependency_reaches_what_is_pinned_to_it_and_nothing_else(
    runner: RuleRunner,
) -> None:
    write(runner, "base")
    write(runner, "middle", "base", pin_dependencies=True)
    write(runner, "top", "middle", pin_dependencies=True)
    write(runner, "loose", "base")
    before = {name: digest(runner, name) for name in ("base", "middle", "top", "loose")}
    assert constraints(runner, "middle") == [before["base"]]
    assert constraints(runner, "top") == [before["middle"]]
    assert constraints(runner, "loose") == [">=v1.0.0"]
    change(runner, "base")
    after = {name: digest(runner, name) for name in before}
    assert [name for name in before if before[name] == after[name]] == ["loose"]
    assert constraints(runner, "top") == [after["middle"]]


def test_other_packages_come_from_the_lock(runner: RuleRunner) -> None:
    write(runner, "base")
    write(runner, "top", "base", EXTERNAL, pin_dependencies=True)
    failed = outcome(runner, "top")
    assert failed.failed and "XP132" in failed.text and f"digest for {EXTERNAL}" in failed.text
    assert "generate-lockfiles --resolve=xpkg" in failed.text
    lock(runner)
    assert constraints(runner, "top") == [digest(runner, "base"), LOCKED]
    lock(runner, "v0.9.0")
    assert "xpkg.lock has v0.9.0" in outcome(runner, "top").text


def test_the_lock_is_that_of_the_resolve(runner: RuleRunner) -> None:
    paths = {"xpkg": "xpkg.lock", "edge": "locks/edge.lock"}
    configure(runner, None, f"--xpkg-resolves={paths!r}")
    lock(runner)
    write(runner, "top", EXTERNAL, pin_dependencies=True, resolve="edge")
    failed = outcome(runner, "top")
    assert failed.failed and "locks/edge.lock does not have it" in failed.text
    assert "generate-lockfiles --resolve=edge" in failed.text
    lock(runner, path="locks/edge.lock")
    assert constraints(runner, "top") == [LOCKED]


def test_a_pinned_package_is_in_no_bucket(runner: RuleRunner) -> None:
    write(runner, "base")
    write(runner, "top", "base", pin_dependencies=True)
    found = runner.request(Buckets, [])
    base, top = Address("packages/base"), Address("packages/top")
    assert found.members == ((base,),) and found.pinned == (top,)


def test_packages_that_are_pinned_to_each_other_cannot_be_built(runner: RuleRunner) -> None:
    write(runner, "a", "b", pin_dependencies=True)
    write(runner, "b", "a", pin_dependencies=True)
    write(runner, "top", "a", pin_dependencies=True)
    failed = outcome(runner, "a")
    assert failed.failed and failed.text.startswith("packages/a/BUILD:1: error: ")
    assert "packages/a:a -> packages/b:b -> packages/a:a" in failed.text
    top = outcome(runner, "top")
    assert top.failed and "pinned to packages that cannot be built: packages/a:a" in top.text
    assert top.blockers == (Address("packages/a"),) and failed.blockers == ()


def test_a_cycle_that_is_not_pinned_everywhere_is_none(runner: RuleRunner) -> None:
    write(runner, "one", "two", pin_dependencies=True)
    write(runner, "two", "one")
    assert constraints(runner, "one") == [digest(runner, "two")]


def test_a_dependency_that_cannot_be_built_is_named(runner: RuleRunner) -> None:
    runner.write_files({"packages/base/extra.yaml": "a: 1\n"})
    write(runner, "base")
    write(runner, "top", "base", "missing", pin_dependencies=True)
    failed = outcome(runner, "top")
    assert failed.failed and "cannot be built: packages/base:base" in failed.text
    # Its own findings are shown with it, once, whatever is pinned to it.
    assert "XP201" not in failed.text
    assert failed.blockers == (Address("packages/base"),)
    write(runner, "above", "top", pin_dependencies=True)
    above = outcome(runner, "above")
    assert above.blockers == (Address("packages/top"), Address("packages/base"))


def test_what_is_ambiguous_is_not_guessed(runner: RuleRunner) -> None:
    for name in ("one", "two"):
        write(runner, name, repository="platform/function-same")
    write(runner, "top", "platform/function-same", pin_dependencies=True)
    runner.write_files(
        {"packages/top/crossplane.yaml": meta("top", [(f"{HOST}/platform/function-same", "v1")])}
    )
    failed = outcome(runner, "top")
    assert failed.failed and "published by several targets" in failed.text
    write(
        runner,
        "top",
        f"{HOST}/platform/function-same",
        pin_dependencies=True,
        dependencies=["packages/two"],
    )
    assert constraints(runner, "top") == [digest(runner, "two")]
