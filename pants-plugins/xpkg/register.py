"""The Pants backend for Crossplane packages: `backend_packages = ["xpkg"]`."""

from __future__ import annotations

from typing import Any, Iterable

from pants.backend.python.util_rules import pex

from xpkg import (
    buckets,
    build,
    command_line,
    lint_reports,
    package_inputs,
    pieces,
    statistics,
    subsystem,
    target_faults,
    tool,
    variables,
)
from xpkg.goals import lint, package, publish, tailor, xpkg_build
from xpkg.publishing import candidate, environment, planning, published
from xpkg.target_types import XpkgPackageTarget


def target_types() -> Iterable[Any]:
    return (XpkgPackageTarget,)


def rules() -> Iterable[Any]:
    return (
        *buckets.rules(),
        *build.rules(),
        *command_line.rules(),
        *lint_reports.rules(),
        *package_inputs.rules(),
        *pieces.rules(),
        *statistics.rules(),
        *subsystem.rules(),
        *target_faults.rules(),
        *tool.rules(),
        *variables.rules(),
        *candidate.rules(),
        *environment.rules(),
        *planning.rules(),
        *published.rules(),
        *lint.rules(),
        *package.rules(),
        *publish.rules(),
        *tailor.rules(),
        *xpkg_build.rules(),
        *pex.rules(),
    )
