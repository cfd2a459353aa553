"""The command that plans publishing for the Pants backend."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

from xpkg_tool.diagnostics.errors import internal_error
from xpkg_tool.publish.plan import Package, failed, plan
from xpkg_tool.publish.registries import CONNECTIONS, Registries
from xpkg_tool.publish.settings import settings_from_json


def plan_packages(request: Path, output: Path) -> None:
    """Answers `{"directory", "connections", "registries": {…}, "byDigest", "packages": [{"name",
    "digest", "references": […]}, …]}` in `<output>/plan.json`: `{"requests", "packages": [{"name",
    "references": [{"reference", "local", "remote", "action", "why", "message", "error",
    "configuration"}, …]}, …]}`, in the order of the request (decision.PlannedReference).

    `directory` is where the paths of OCI layouts and of `caFile` start. For `registries` see
    settings.settings_from_json, for the rest plan.plan. Nothing is written but the answer.
    """
    asked = json.loads(request.read_text("utf-8"))
    output = output.absolute()
    os.chdir(asked["directory"])
    packages = [
        Package(entry["name"], entry["digest"], tuple(entry["references"]))
        for entry in asked["packages"]
    ]
    registries = Registries(
        os.environ,
        settings_from_json(asked.get("registries") or {}),
        connections=asked.get("connections") or CONNECTIONS,
    )
    with closing(registries):
        try:
            planned = plan(packages, registries, by_digest=bool(asked.get("byDigest")))
        # Whatever happens, nothing may be published without a plan.
        except Exception as error:
            planned = failed(packages, internal_error(error))
        answer = {
            "requests": registries.requests,
            "packages": [package.to_json() for package in planned],
        }
    output.mkdir(parents=True, exist_ok=True)
    (output / "plan.json").write_text(json.dumps(answer, indent=1), "utf-8")
