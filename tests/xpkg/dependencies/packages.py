"""A repository of packages that depend on each other by `spec.dependsOn`, in an engine with the
real tool."""

from __future__ import annotations

import functools
from typing import Any, Iterable, Mapping

from pants.core.target_types import GenericTarget, LockfileTarget
from pants.engine.addresses import Address, Addresses
from pants.engine.internals.parametrize import Parametrize
from pants.engine.target import DependenciesRequest
from pants.testutil.rule_runner import QueryRule, RuleRunner

from tests.xpkg.engines import emptied
from tests.xpkg.real_tool import real_tool
from tests.xpkg.replaced_rules import replaced
from xpkg import subsystem
from xpkg.dependencies import (
    check,
    handwritten,
    inference,
    internal,
    lock_targets,
    members,
    metas,
    repository,
    resolves,
)
from xpkg.dependencies.repository import RepositoryPackages
from xpkg.install_target import XpkgInstallTarget
from xpkg.naming import sources, variables
from xpkg.target_types import XpkgDependenciesField, XpkgPackageTarget
from xpkg.tool import run

HOST = "registry.example.org"
# What has the rules that find out what depends on what.
INFERRING = (
    sources,
    metas,
    repository,
    handwritten,
    members,
    check,
    internal,
    resolves,
    lock_targets,
    inference,
)
REGISTRIES = {"main": {"address": HOST, "default": True}}


def runner_with(*rules: Any) -> RuleRunner:
    return emptied(_engine(*rules))


@functools.cache
def _engine(*rules: Any) -> RuleRunner:
    modules = (subsystem, variables, run, *INFERRING)
    return RuleRunner(
        rules=[
            *replaced((rule for module in modules for rule in module.rules()), real_tool),
            *rules,
            QueryRule(Addresses, [DependenciesRequest]),
            QueryRule(RepositoryPackages, []),
        ],
        target_types=[XpkgPackageTarget, XpkgInstallTarget, GenericTarget, LockfileTarget],
        objects={"parametrize": Parametrize},
    )


def configure(
    runner: RuleRunner, registries: Mapping[str, Any] | None = None, *args: str, **env: str
) -> None:
    option = f"--xpkg-registries={REGISTRIES if registries is None else registries!r}"
    runner.set_options([option, *args], env=env, env_inherit={"PATH"})


def meta(name: str, dependencies: Iterable[tuple[str, str]] = (), kind: str = "Function") -> str:
    """A meta object with these (package, constraint), each a Function."""
    text = f"apiVersion: meta.pkg.crossplane.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n"
    entries = "".join(
        f"  - function: {package}\n    version: '{constraint}'\n"
        for package, constraint in dependencies
    )
    return text + (f"spec:\n  dependsOn:\n{entries}" if entries else "")


def write(
    runner: RuleRunner, name: str, *on: str, constraint: str = ">=v1.0.0", **fields: Any
) -> None:
    """Writes the package packages/<name>, which depends on others of HOST by name, or by their
    whole source."""
    whole = [d if "/" in d else f"{HOST}/{d}" for d in on]
    arguments = ", ".join(f"{key}={value!r}" for key, value in fields.items())
    runner.write_files(
        {
            f"packages/{name}/BUILD": f"xpkg_package({arguments})\n",
            f"packages/{name}/crossplane.yaml": meta(name, [(d, constraint) for d in whole]),
        }
    )


def inferred(runner: RuleRunner, name: str) -> list[str]:
    """The addresses that the package depends on."""
    target = runner.get_target(Address(f"packages/{name}"))
    request = DependenciesRequest(target[XpkgDependenciesField])
    return [address.spec for address in runner.request(Addresses, [request])]
