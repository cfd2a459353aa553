# Written by `python build-support/by_name.py`; do not edit.
"""`pants experimental-deploy`: publishes packages, installs them in a cluster, and waits.

Pants publishes what DeployProcess names, and then runs the process, at the terminal and with the
user's own `kubectl`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.core.goals.deploy import DeployFieldSet, DeployProcess, DeploySubsystem
from pants.engine.addresses import Address, Addresses
from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.fs import CreateDigest, Digest, FileContent, MergeDigests
from pants.engine.process import InteractiveProcess, Process, ProcessCacheScope
from pants.engine.rules import collect_rules, implicitly, rule
from pants.core.util_rules.env_vars import environment_vars_subset
from pants.engine.internals.graph import resolve_targets
from pants.engine.intrinsics import create_digest
from pants.engine.intrinsics import merge_digests
from xpkg.installing.package import made_manifest
from xpkg.tool.process import tool_process
from pants.engine.target import Targets
from pants.engine.unions import UnionRule
from pants.util.docutil import bin_name
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from xpkg.install_target import XpkgInstallModeField
from xpkg.installing.manifest import InstallManifestRequest, MadeManifest
from xpkg.naming.secrets import refused_variables, unreadable_entries
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.process import ToolProcess
from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.commands import command_of
from xpkg_tool.messages.deploy import DeployRequest
from xpkg_tool.messages.files import MANIFEST

_REQUEST = "xpkg-request.json"
_OPTION = "[xpkg].deploy_env_vars"
_LOGIN = "write the login into your kubeconfig, or deploy the manifest of `package` otherwise."


class DeployEnvironmentRefused(Exception):
    """Variables that deploying asks for would show secrets."""


@dataclass(frozen=True)
class DeployXpkgInstallFieldSet(DeployFieldSet):
    required_fields = (XpkgInstallModeField,)


@dataclass(frozen=True)
class DeployEnvironmentRequest:
    """Asks for the `DeployEnvironment`; raises DeployEnvironmentRefused."""


@dataclass(frozen=True)
class DeployEnvironment:
    """The variables that `kubectl` sees."""

    variables: FrozenDict[str, str]


@rule
async def deploy_environment(
    _: DeployEnvironmentRequest, environment: XpkgSubsystem.EnvironmentAware
) -> DeployEnvironment:
    own = environment.deploy_env_vars
    requested = (*environment.env_vars, *own)
    problems = (*unreadable_entries(own, _OPTION), *unreadable_entries(environment.env_vars))
    if not problems:
        values = await environment_vars_subset(**implicitly(EnvironmentVarsRequest(requested)))
        problems = refused_variables(requested, values, _OPTION, _LOGIN)
        if not problems:
            return DeployEnvironment(FrozenDict(values))
    raise DeployEnvironmentRefused("\n".join(problems))


@rule(desc="Deploy Crossplane packages", level=LogLevel.DEBUG)
async def deploy_xpkg_install(
    field_set: DeployXpkgInstallFieldSet, xpkg: XpkgSubsystem, deploy: DeploySubsystem
) -> DeployProcess:
    address = field_set.address
    made = await made_manifest(**implicitly(InstallManifestRequest(address)))
    manifest = made.manifest
    environment = await deploy_environment(**implicitly(DeployEnvironmentRequest()))
    # Later versions of Pants have an option of their own.
    asked = xpkg.deploy_dry_run or bool(getattr(deploy, "dry_run", False))
    # Where publishing only shows its plan, the packages may not be there.
    dry_run = asked or xpkg.publish_plan
    unchecked = dry_run and not xpkg.publish_plan and manifest.packages
    message = DeployRequest(
        manifest=MANIFEST,
        objects=manifest.objects,
        context=xpkg.deploy_context,
        timeout=float(max(0, xpkg.deploy_timeout)),
        dry_run=dry_run,
        force_conflicts=xpkg.deploy_force_conflicts,
        name=address.spec,
        publish_plan=f"{bin_name()} experimental-deploy --xpkg-publish-plan {address}"
        if unchecked
        else "",
    )
    request = await create_digest(**implicitly(CreateDigest([FileContent(_REQUEST, encode(message))])))
    process = await tool_process(**implicitly(ToolProcess(
            args=(command_of(message), _REQUEST, "xpkg-output"),
            input_digest=await merge_digests(**implicitly(MergeDigests([request, manifest.digest]))),
            output_directory="xpkg-output",
            description=f"Deploying {address}",
            cache_scope=ProcessCacheScope.PER_SESSION,
            env=environment.variables,
            level=LogLevel.INFO,
        )))
    packages: tuple[Address, ...] = () if unchecked else manifest.packages
    publish = await resolve_targets(**implicitly(Addresses(packages)))
    return DeployProcess(
        name=address.spec,
        publish_dependencies=tuple(publish),
        process=InteractiveProcess.from_process(process),
        description=_where(xpkg.deploy_context, dry_run=dry_run),
    )


def _where(context: str, *, dry_run: bool) -> str | None:
    """What Pants says where a target was deployed to, or failed for."""
    if dry_run:
        return f"{context or 'the current context'} (dry run)"
    return context or None


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(DeployFieldSet, DeployXpkgInstallFieldSet))
