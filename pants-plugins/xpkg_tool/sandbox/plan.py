"""The command that plans publishing for the Pants backend."""

from __future__ import annotations

import os
from contextlib import closing

from xpkg_tool.diagnostics.errors import internal_error
from xpkg_tool.messages.plan import PlanAnswer, PlanRequest
from xpkg_tool.publish.plan import Package, failed, plan
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import settings_by_registry


def plan_packages(request: PlanRequest) -> PlanAnswer:
    """What publishing would do. Nothing is written."""
    os.chdir(request.directory)
    packages = [Package.of(p.name, p.digest, p.references) for p in request.packages]
    registries = Registries(
        os.environ,
        settings_by_registry(request.registries),
        connections=request.connections,
    )
    with closing(registries):
        try:
            planned = plan(packages, registries, by_digest=request.by_digest)
        # Whatever happens, nothing may be published without a plan.
        except Exception as error:
            planned = failed(packages, internal_error(error))
        return PlanAnswer(registries.requests, tuple(package.message() for package in planned))
