"""What `pants lint` says of locks, and what that costs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

import pytest
from pants.core.goals.lint import Lint
from pants.engine.addresses import Address
from pants.engine.fs import CreateDigest, Digest
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.lock_runner import LOCK, configure, lock_runner, remove
from tests.xpkg_tool.dependencies.lock.universe import EMPTY, Universe, meta_text, root
from xpkg.building.build import BuildOutcome, BuildRequest
from xpkg.dependencies.lock_check import LockCheck, LockCheckRequest
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.messages.files import FINDINGS

UNIVERSE = Universe({"a": {"v1.0.0": {}}, "b": {"v1.0.0": {}}})
X, Z = Address("packages/x"), Address("packages/z")


@pytest.fixture(scope="module")
def shared() -> RuleRunner:
    return lock_runner()


@pytest.fixture
def runner(shared: RuleRunner, tmp_path: Path) -> RuleRunner:
    remove(shared, LOCK)
    write(shared, "x", {"a": "*"})
    write(shared, "z", {"b": "*"})
    configure(shared, tmp_path)
    return shared


def write(runner: RuleRunner, name: str, depends_on: Mapping[str, str], **fields: Any) -> None:
    arguments = ", ".join(f"{key}={value!r}" for key, value in fields.items())
    runner.write_files(
        {
            f"packages/{name}/BUILD": f"xpkg_package({arguments})\n",
            f"packages/{name}/crossplane.yaml": meta_text(name, depends_on),
        }
    )


def lock(runner: RuleRunner, **depends_on: str) -> None:
    data = write_lock(UNIVERSE.lock(root("x", depends_on)))
    runner.write_files({LOCK: data})


def check(
    runner: RuleRunner, *addresses: Address, shown: tuple[tuple[Address, Digest], ...] = ()
) -> LockCheck:
    return runner.request(LockCheck, [LockCheckRequest(addresses or (X, Z), shown)])


def said(runner: RuleRunner, address: Address) -> tuple[tuple[Address, Digest], ...]:
    """The findings of the build of a package."""
    entry = runner.request(BuildOutcome, [BuildRequest(address)]).entry(FINDINGS)
    return ((address, runner.request(Digest, [CreateDigest([entry])])),)


def test_without_a_lock_there_is_nothing_to_say(runner: RuleRunner) -> None:
    assert check(runner) == LockCheck()


def test_a_lock_that_fits(runner: RuleRunner) -> None:
    lock(runner, a="*", b="*")
    assert check(runner) == LockCheck()


def test_only_what_is_linted_is_shown(runner: RuleRunner) -> None:
    lock(runner, a="*")
    write(runner, "x", {"a": "v2.0.0"})
    both = check(runner)
    assert both.failed
    assert both.text.index("error XP151") < both.text.index("error XP152")
    assert "Write the lock again: `pants generate-lockfiles --resolve=xpkg`." in both.text
    assert len(both.findings) == 2
    only = check(runner, X)
    assert only.failed
    assert "XP151" in only.text and "XP152" not in only.text


def test_what_nothing_needs_is_a_warning(runner: RuleRunner, tmp_path: Path) -> None:
    lock(runner, a="*", b="*")
    write(runner, "z", {})
    found = check(runner)
    assert "xpkg.lock:" in found.text and "warning XP153" in found.text
    assert not found.failed
    configure(runner, tmp_path, "--xpkg-fail-on=warning")
    assert check(runner).failed
    configure(runner, tmp_path, "--xpkg-ignore=XP153")
    assert check(runner) == LockCheck()


def test_a_lock_that_cannot_be_read(runner: RuleRunner) -> None:
    runner.write_files({LOCK: "{"})
    found = check(runner, X)
    assert found.failed
    assert "xpkg.lock:1:2: error XP150" in found.text


@pytest.fixture
def lint(runner: RuleRunner, tmp_path: Path) -> Any:
    """Runs the goal."""

    def run(*arguments: str) -> Any:
        return runner.run_goal_rule(
            Lint,
            global_args=arguments,
            args=["packages::"],
            env={"HOME": str(tmp_path)},
            env_inherit={"PATH"},
        )

    return run


def test_what_the_build_of_a_pinned_package_says_is_not_said_again(
    runner: RuleRunner, lint: Any
) -> None:
    """Its build looks into the lock, too."""
    lock(runner, a="*")
    pinned = {"pin_dependencies": True}
    write(runner, "x", {"a": "v2.0.0"}, **pinned)
    write(runner, "z", {"b": "*"}, **pinned)
    assert codes(runner, lint) == ["XP132", "XP132"]
    # A lock that cannot be read is one thing that is wrong.
    runner.write_files({LOCK: "{"})
    assert codes(runner, lint) == ["XP150"]
    assert check(runner, shown=said(runner, X)).text == ""
    # Of one that is not pinned, only the lock's own check says it.
    lock(runner, a="*")
    write(runner, "z", {"b": "*"})
    assert codes(runner, lint) == ["XP132", "XP152"]


def codes(runner: RuleRunner, lint: Any) -> list[str]:
    """The codes of the findings that lint shows; it fails."""
    assert lint("--xpkg-report-formats=json").exit_code == 1
    report = Path(runner.build_root, "dist/lint/xpkg/findings.json").read_text()
    return [finding["code"] for finding in json.loads(report)["findings"]]


def test_lint_shows_it(runner: RuleRunner, lint: Any) -> None:
    lock(runner, a="*")
    assert codes(runner, lint) == ["XP152"]
    remove(runner, LOCK)
    assert lint().exit_code == 0


def test_an_empty_lock_says_what_is_missing(runner: RuleRunner) -> None:
    runner.write_files({LOCK: write_lock(EMPTY)})
    assert check(runner).text.count("error XP152") == 2


def test_a_new_lock_costs_one_small_process(runner: RuleRunner) -> None:
    """Neither do the meta objects have to be read again, nor is anything built."""

    def processes() -> int:
        # Those that the local cache serves, too.
        return runner.scheduler.get_metrics().get("local_cache_requests", 0)

    lock(runner, a="*", b="*")
    check(runner)
    before = processes()
    check(runner)
    assert processes() == before
    lock(runner, a="*", b=">=v0.1.0")
    check(runner)
    assert processes() == before + 1
