"""The Pants backend for Crossplane packages: `backend_packages = ["xpkg"]`."""

from __future__ import annotations

from typing import Any, Iterable

from pants.backend.python.util_rules import pex

from xpkg import named_packages, statistics, subsystem
from xpkg.building import (
    attempt,
    buckets,
    build,
    clashes,
    groups,
    inputs,
    lint_reports,
    pins,
    shards,
    target_faults,
)
from xpkg.dependencies import (
    check,
    fetch,
    handwritten,
    inference,
    internal,
    lock_check,
    lock_targets,
    members,
    metas,
    repository,
    resolves,
)
from xpkg.goals import (
    experimental_deploy,
    generate_lockfiles,
    lint,
    package,
    publish,
    tailor,
    xpkg_build,
    xpkg_graph,
)
from xpkg.install_target import XpkgInstallTarget
from xpkg.installing import manifest
from xpkg.installing import package as package_install
from xpkg.naming import environment, sources, variables
from xpkg.publishing import candidate, destinations, execute, lookup, planning
from xpkg.target_types import XpkgPackageTarget
from xpkg.tool import interpreter, process, run


def target_types() -> Iterable[Any]:
    return (XpkgPackageTarget, XpkgInstallTarget)


def rules() -> Iterable[Any]:
    return (
        *buckets.rules(),
        *groups.rules(),
        *build.rules(),
        *named_packages.rules(),
        *lint_reports.rules(),
        *manifest.rules(),
        *package_install.rules(),
        *experimental_deploy.rules(),
        *inputs.rules(),
        *shards.rules(),
        *pins.rules(),
        *statistics.rules(),
        *subsystem.rules(),
        *target_faults.rules(),
        *interpreter.rules(),
        *process.rules(),
        *run.rules(),
        *variables.rules(),
        *sources.rules(),
        *fetch.rules(),
        *lock_targets.rules(),
        *metas.rules(),
        *repository.rules(),
        *handwritten.rules(),
        *members.rules(),
        *check.rules(),
        *internal.rules(),
        *inference.rules(),
        *resolves.rules(),
        *lock_check.rules(),
        *destinations.rules(),
        *candidate.rules(),
        *environment.rules(),
        *lookup.rules(),
        *planning.rules(),
        *execute.rules(),
        *generate_lockfiles.rules(),
        *lint.rules(),
        *attempt.rules(),
        *clashes.rules(),
        *package.rules(),
        *publish.rules(),
        *tailor.rules(),
        *xpkg_build.rules(),
        *xpkg_graph.rules(),
        *pex.rules(),
    )
