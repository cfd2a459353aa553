"""What is said of all packages of the repository together."""

from __future__ import annotations

import json

import pytest
from pants.engine.addresses import Address
from pants.engine.fs import EMPTY_DIGEST, Digest, DigestContents
from pants.testutil.rule_runner import QueryRule, RuleRunner
from pants.util.frozendict import FrozenDict

from tests.xpkg.dependencies.packages import configure, runner_with, write
from xpkg.dependencies.check import (
    MemberFindings,
    MemberFindingsRequest,
    RepositoryCheck,
    RepositoryCheckRequest,
)


@pytest.fixture
def runner() -> RuleRunner:
    runner = runner_with(
        QueryRule(RepositoryCheck, [RepositoryCheckRequest]),
        QueryRule(MemberFindings, [MemberFindingsRequest]),
        QueryRule(DigestContents, [Digest]),
    )
    configure(runner)
    return runner


def check(runner: RuleRunner) -> RepositoryCheck:
    found: RepositoryCheck = runner.request(RepositoryCheck, [RepositoryCheckRequest()])
    return found


def test_a_cycle_is_an_error_of_its_packages(runner: RuleRunner) -> None:
    write(runner, "a", "b")
    write(runner, "b", "a")
    write(runner, "c", "a")
    found = check(runner)
    failed = {address.spec for address, member in found.members.items() if member.failed}
    assert failed == {"packages/a:a", "packages/b:b"}
    member = found.of(Address("packages/a"))
    assert member.text.startswith("packages/a/crossplane.yaml:7:15: error XP142: ")
    assert "form a cycle: packages/a:a -> packages/b:b -> packages/a:a." in member.text
    assert found.of(Address("packages/c")).meant[0] == (Address("packages/a"),)


def test_what_is_wrong_names_the_place_of_the_other_target(runner: RuleRunner) -> None:
    write(runner, "a", "b", constraint="^v2")
    write(runner, "b", version="v1.0.0")
    text = check(runner).of(Address("packages/a")).text
    assert "does not admit packages/b:b v1.0.0 (defined at packages/b/BUILD:1)." in text
    kept = runner.request(MemberFindings, [MemberFindingsRequest(Address("packages/a"))])
    (file,) = runner.request(DigestContents, [kept.digest])
    (finding,) = json.loads(file.content)
    assert finding["code"] == "XP145"


def test_a_floor_is_suggested_with_the_option(runner: RuleRunner) -> None:
    write(runner, "a", "b", constraint="^v1.0.0")
    write(runner, "b", version="v1.4.2")
    assert check(runner).of(Address("packages/a")).text == ""
    configure(runner, None, "--xpkg-suggest-floors")
    text = check(runner).of(Address("packages/a")).text
    assert "warning XP146" in text and 'Write `version: "^v1.4.2"`.' in text


def test_no_process_where_packages_have_nothing_to_do_with_each_other(runner: RuleRunner) -> None:
    write(runner, "a", "other.example.org/b")
    assert check(runner) == RepositoryCheck(FrozenDict(), EMPTY_DIGEST)
    write(runner, "b")
    assert len(check(runner).members) == 2
    write(runner, "a")
    assert not check(runner).members
    none = runner.request(MemberFindings, [MemberFindingsRequest(Address("packages/a"))])
    assert none == MemberFindings(EMPTY_DIGEST)
