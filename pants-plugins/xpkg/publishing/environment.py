"""What publishing may see of the world outside: places, no secrets, and only on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.rules import Get, collect_rules, rule
from pants.option.global_options import GlobalOptions
from pants.util.frozendict import FrozenDict

from xpkg.publishing.secrets import refused_variables
from xpkg.subsystem import XpkgSubsystem

_REMOTE = (
    "Publishing does not run under remote execution: each process would run on a worker, which has "
    "no login to the registries and would have to be sent yours. Run the `publish` goal with "
    "`--no-remote-execution`; the packages still come from the remote cache."
)


@dataclass(frozen=True)
class PublishEnvironmentRequest:
    """Asks for the `PublishEnvironment`."""


@dataclass(frozen=True)
class PublishEnvironment:
    """The variables of publishing processes, and why there can be none: a sentence each."""

    variables: FrozenDict[str, str]
    problems: tuple[str, ...] = ()


@rule
async def publish_environment(
    _: PublishEnvironmentRequest,
    environment: XpkgSubsystem.EnvironmentAware,
    global_options: GlobalOptions,
) -> PublishEnvironment:
    values = await Get(EnvironmentVars, EnvironmentVarsRequest(environment.env_vars))
    remote = (_REMOTE,) if global_options.remote_execution else ()
    problems = (*remote, *refused_variables(environment.env_vars, values))
    # With a problem nothing is run, and nothing of the environment is kept either.
    return PublishEnvironment(FrozenDict() if problems else FrozenDict(values), problems)


def rules() -> Iterable[Any]:
    return collect_rules()
