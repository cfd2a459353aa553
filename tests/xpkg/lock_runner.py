"""A repository whose packages depend on packages in a registry, in an engine with the real tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

from pants.core.register import rules as core_rules
from pants.core.target_types import GenericTarget, LockfileTarget
from pants.engine.rules import QueryRule
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.real_tool import real_tool
from tests.xpkg.replaced_rules import replaced
from tests.xpkg_tool.dependencies.lock.universe import meta_text
from tests.xpkg_tool.registry.fake_registry import FakeRegistry
from xpkg import register
from xpkg.building.build import BuildOutcome, BuildRequest
from xpkg.dependencies.lock_check import LockCheck, LockCheckRequest
from xpkg.install_target import XpkgInstallTarget
from xpkg.target_types import XpkgPackageTarget
from xpkg.tool import process
from xpkg_tool.dependencies.lock.file import read_lock
from xpkg_tool.dependencies.lock.model import Lock

LOCK = "xpkg.lock"


def lock_runner() -> RuleRunner:
    """An engine with all rules of the backend, but with this process's tool."""
    # Without the rule that sets up an environment for the tool.
    own = [rule for rule in register.rules() if rule not in set(process.rules())]
    return RuleRunner(
        rules=[
            *core_rules(),
            *replaced(own, real_tool),
            QueryRule(LockCheck, [LockCheckRequest]),
            QueryRule(BuildOutcome, [BuildRequest]),
        ],
        target_types=[XpkgPackageTarget, XpkgInstallTarget, GenericTarget, LockfileTarget],
        preserve_tmpdirs=False,
    )


def configure(runner: RuleRunner, home: Path, *arguments: str) -> None:
    runner.set_options(arguments, env={"HOME": str(home)}, env_inherit={"PATH"})


def write(
    runner: RuleRunner,
    registry: FakeRegistry,
    package: str,
    depends_on: Mapping[str, str],
    **fields: Any,
) -> None:
    """Writes packages/<package>, which depends on packages of the registry by name."""
    below = {f"{registry.address}/team/{other}": v for other, v in depends_on.items()}
    arguments = ", ".join(f"{key}={value!r}" for key, value in fields.items())
    runner.write_files(
        {
            f"packages/{package}/BUILD": f"xpkg_package({arguments})\n",
            f"packages/{package}/crossplane.yaml": meta_text(package, below),
        }
    )


def remove(runner: RuleRunner, *paths: str) -> None:
    """Removes files, as a user does."""
    for path in paths:
        Path(runner.build_root, path).unlink(missing_ok=True)
    folders = {str(folder) for path in paths for folder in Path(path).parents}
    runner.scheduler.invalidate_files({*paths, *folders, ""})


def lock_of(runner: RuleRunner, path: str = LOCK) -> Lock:
    return read_lock(Path(runner.build_root, path).read_bytes(), path)
