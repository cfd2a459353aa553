"""The Pants backend for Crossplane packages: `backend_packages = ["xpkg"]`."""

from __future__ import annotations

from typing import Any, Iterable

from pants.backend.python.util_rules import pex

from xpkg import buckets, build, command_line, package_inputs, pieces, statistics, subsystem, tool
from xpkg.goals import lint, package, publish, tailor
from xpkg.target_types import XpkgPackageTarget


def target_types() -> Iterable[Any]:
    return (XpkgPackageTarget,)


def rules() -> Iterable[Any]:
    return (
        *buckets.rules(),
        *build.rules(),
        *command_line.rules(),
        *package_inputs.rules(),
        *pieces.rules(),
        *statistics.rules(),
        *subsystem.rules(),
        *tool.rules(),
        *lint.rules(),
        *package.rules(),
        *publish.rules(),
        *tailor.rules(),
        *pex.rules(),
    )
