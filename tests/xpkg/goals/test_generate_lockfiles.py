"""`pants generate-lockfiles --resolve=xpkg`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pants.core.goals.generate_lockfiles import GenerateLockfilesGoal
from pants.engine.addresses import Address
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.lock_runner import LOCK, lock_of, lock_runner, remove, write
from tests.xpkg_tool.dependencies.lock.loopback import publish
from tests.xpkg_tool.dependencies.lock.universe import meta_text, versions
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from xpkg.dependencies.lock_check import LockCheck, LockCheckRequest
from xpkg_tool.dependencies.lock.model import Requirement


@pytest.fixture(scope="module")
def runner() -> RuleRunner:
    return lock_runner()


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with running() as started:
        publish(started, "a", "v1.0.0", {"f-naming": ">=v1.0.0"})
        publish(started, "f-naming", "v1.0.0")
        yield started


@pytest.fixture
def generate(runner: RuleRunner, tmp_path: Path) -> Any:
    """Runs the goal, in a repository without packages and locks at first."""

    def run(*arguments: str, resolves: tuple[str, ...] = ("xpkg",)) -> None:
        runner.run_goal_rule(
            GenerateLockfilesGoal,
            global_args=arguments,
            args=[f"--resolve={name}" for name in resolves],
            env={"HOME": str(tmp_path)},
            env_inherit={"PATH"},
        )

    root = Path(runner.build_root)
    found = (*root.glob("*.lock"), *root.glob("packages/*/*"), *root.glob("install/*"))
    remove(runner, *(path.relative_to(root).as_posix() for path in found))
    return run


def test_a_lock_is_written_kept_and_upgraded(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "x", {"a": ">=v1.0.0"})
    write(runner, registry, "y", {"f-naming": "*"}, name="named")
    generate()
    lock = lock_of(runner)
    assert versions(lock) == {"a": "v1.0.0", "f-naming": "v1.0.0"}
    naming = lock.find(f"{registry.address}/team/f-naming")
    assert naming is not None
    assert naming.required_by == (
        Requirement("//packages/y:named", "*"),
        Requirement(f"{registry.address}/team/a", ">=v1.0.0"),
    )
    publish(registry, "f-naming", "v1.1.0")
    publish(registry, "a", "v1.1.0")
    registry.seen.clear()
    generate()
    assert lock_of(runner) == lock
    assert registry.seen == []
    generate(f"--xpkg-upgrade={naming.source}")
    assert versions(lock_of(runner)) == {"a": "v1.0.0", "f-naming": "v1.1.0"}
    # Registries are asked in each run anew.
    publish(registry, "f-naming", "v1.2.0")
    generate(f"--xpkg-upgrade={naming.source}")
    assert versions(lock_of(runner)) == {"a": "v1.0.0", "f-naming": "v1.2.0"}
    generate("--xpkg-upgrade=*")
    assert versions(lock_of(runner)) == {"a": "v1.1.0"} | {"f-naming": "v1.2.0"}


def test_packages_of_the_repository_are_not_locked(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "x", {"a": "*"})
    write(runner, registry, "f-naming", {}, repository="team/f-naming")
    registries = {"main": {"address": registry.address, "default": True}}
    generate(f"--xpkg-registries={registries!r}")
    assert versions(lock_of(runner)) == {"a": "v1.0.0"}


def test_each_resolve_has_its_lock(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    publish(registry, "a", "v2.0.0")
    write(runner, registry, "x", {"a": "<v2.0.0-0"}, resolve="old")
    write(runner, registry, "y", {"a": "*"})
    resolves = "--xpkg-resolves={'new': 'new.lock', 'old': 'old.lock', 'none': 'none.lock'}"
    options = (resolves, "--xpkg-default-resolve=new")
    generate(*options, resolves=("new", "old"))
    assert versions(lock_of(runner, "new.lock")) == {"a": "v2.0.0"}
    assert versions(lock_of(runner, "old.lock")) == {"a": "v1.0.0", "f-naming": "v1.0.0"}
    generate(*options, resolves=("none",))
    assert versions(lock_of(runner, "none.lock")) == {}


def test_a_lock_has_what_packages_of_other_resolves_ask_for_that_are_installed_with_its_own(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "network", {"a": "*"}, repository="team/network")
    write(runner, registry, "edge", {"network": "*"}, resolve="edge", repository="team/edge")
    registries = {"main": {"address": registry.address, "default": True}}
    options = (
        f"--xpkg-registries={registries!r}",
        "--xpkg-resolves={'xpkg': 'xpkg.lock', 'edge': 'edge.lock'}",
    )
    generate(*options, resolves=("edge", "xpkg"))
    both = {"a": "v1.0.0", "f-naming": "v1.0.0"}
    assert versions(lock_of(runner, "edge.lock")) == versions(lock_of(runner)) == both
    # Lint says so as well.
    runner.write_files({"edge.lock": '{"formatVersion": 1, "packages": []}\n'})
    found = runner.request(LockCheck, [LockCheckRequest((Address("packages/edge"),))])
    assert "XP152" in found.text and "packages/network/crossplane.yaml" in found.text


def test_what_only_a_manifest_installs_is_locked(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    source = f"{registry.address}/team/a"
    runner.write_files({"install/BUILD": f"xpkg_install(external_packages=['{source}'])\n"})
    generate()
    lock = lock_of(runner)
    assert versions(lock) == {"a": "v1.0.0", "f-naming": "v1.0.0"}
    package = lock.find(source)
    assert package is not None
    assert package.required_by == (Requirement("//install", "*"),)
    # So is that of a resolve that has no package, without being named.
    remove(runner, LOCK)
    generate(resolves=())
    assert lock_of(runner) == lock
    # It is neither unused nor missing, and stays.
    write(runner, registry, "x", {})
    address = Address("packages/x")
    assert runner.request(LockCheck, [LockCheckRequest((address,))]) == LockCheck()
    publish(registry, "a", "v1.1.0")
    generate()
    assert lock_of(runner) == lock
    runner.write_files({LOCK: '{"formatVersion": 1, "packages": []}\n'})
    text = runner.request(LockCheck, [LockCheckRequest((address,))]).text
    assert f"{source} is not in xpkg.lock, but //install installs it." in text


def test_what_prevents_a_lock_leaves_it_as_it_was(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "x", {"a": "*"})
    generate()
    before = Path(runner.build_root, LOCK).read_bytes()
    write(runner, registry, "x", {"a": ">=v9.0.0"})
    with pytest.raises(Exception, match="The resolve `xpkg` cannot be locked") as error:
        generate()
    text = str(error.value)
    assert "packages/x/crossplane.yaml:8:16: error XP156: No version of" in text
    assert "//packages/x  packages/x/crossplane.yaml:8  >=v9.0.0    none" in text
    assert "Nothing was written: xpkg.lock is as it was." in text
    broken = meta_text("x", {}).replace(b"[]", b"[{packge: a}]") + b"kind: Function\n"
    runner.write_files({"packages/x/crossplane.yaml": broken})
    with pytest.raises(Exception, match="cannot be locked") as error:
        generate()
    assert "packages/x/crossplane.yaml:6:15: error XP158" in str(error.value)
    assert "packages/x/crossplane.yaml:7:1: error XP005" in str(error.value)
    write(runner, registry, "x", {"a": ">=v9.0.0"})
    registry.faults.append(Fault("", "", nth=0, status=404))
    with pytest.raises(Exception, match="does not answer like a registry"):
        generate()
    assert Path(runner.build_root, LOCK).read_bytes() == before


RESOLVES = (
    "--xpkg-resolves={'edge': 'edge.lock', 'platform': 'platform.lock', 'new': 'new.lock'}",
    "--xpkg-default-resolve=platform",
)
ALL = ("edge", "new", "platform")


def test_all_resolves_that_cannot_be_locked_are_shown_at_once(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "x", {"a": "*"}, resolve="edge")
    generate(*RESOLVES, resolves=("edge",))
    before = Path(runner.build_root, "edge.lock").read_bytes()
    write(runner, registry, "x", {"a": ">=v8.0.0"}, resolve="edge")
    write(runner, registry, "z", {"f-naming": ">=v9.0.0"})
    with pytest.raises(Exception, match="The resolve `edge` cannot be locked") as error:
        generate(*RESOLVES, resolves=ALL)
    text = str(error.value)
    assert "packages/x/crossplane.yaml:8:16: error XP156" in text
    assert "The resolve `platform` cannot be locked" in text
    assert "packages/z/crossplane.yaml:8:16: error XP156" in text
    # The one that could be locked is not written either.
    assert text.rstrip().endswith(
        "Nothing was written: edge.lock is as it was, and there is still no new.lock or "
        "platform.lock."
    )
    assert Path(runner.build_root, "edge.lock").read_bytes() == before
    assert not Path(runner.build_root, "new.lock").exists()


def test_a_source_that_no_resolve_has_cannot_be_upgraded(
    runner: RuleRunner, registry: FakeRegistry, generate: Any, caplog: pytest.LogCaptureFixture
) -> None:
    write(runner, registry, "x", {"a": "<v2.0.0"}, resolve="edge")
    write(runner, registry, "z", {"f-naming": "*"})
    generate(*RESOLVES, resolves=ALL)
    publish(registry, "a", "v1.1.0", {})
    a = f"{registry.address}/team/a"
    with pytest.raises(Exception, match="--xpkg-upgrade") as error:
        generate(*RESOLVES, f"--xpkg-upgrade=['{a}', '{a}a']", resolves=ALL)
    assert f"`--xpkg-upgrade` names {a}a, which nothing in" in str(error.value)
    assert "the resolves `edge`, `new` and `platform` depends on" in str(error.value)
    assert "edge.lock, new.lock and platform.lock are as they were." in str(error.value)
    assert versions(lock_of(runner, "edge.lock"))["a"] == "v1.0.0"
    # Of what one of them has, the others need not know.
    caplog.clear()
    generate(*RESOLVES, f"--xpkg-upgrade={a}", resolves=ALL)
    assert versions(lock_of(runner, "edge.lock")) == {"a": "v1.1.0"}
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


def test_a_new_lock_is_not_the_same_as_before(
    runner: RuleRunner, registry: FakeRegistry, generate: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    generate(*RESOLVES, resolves=("new",))
    assert "new.lock is new, and has 0 packages." in caplog.text
    caplog.clear()
    generate(*RESOLVES, resolves=("new",))
    assert "new.lock has 0 packages: the same as before." in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--xpkg-default-resolve=gone",), "default_resolve.* is 'gone'"),
        (("--xpkg-env-vars=['TOKEN=x']",), "TOKEN"),
    ],
)
def test_what_is_configured_wrongly(
    runner: RuleRunner,
    registry: FakeRegistry,
    generate: Any,
    options: tuple[str, ...],
    message: str,
) -> None:
    write(runner, registry, "x", {"a": "*"})
    with pytest.raises(Exception, match=message):
        generate(*options)


def test_a_resolve_that_does_not_exist(
    runner: RuleRunner, registry: FakeRegistry, generate: Any
) -> None:
    write(runner, registry, "x", {"a": "*"}, resolve="gone")
    with pytest.raises(Exception, match="'resolve' field in target packages/x:x"):
        generate()
