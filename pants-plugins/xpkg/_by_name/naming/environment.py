# Written by `python build-support/by_name.py`; do not edit.
"""The environment variables that publishing and fetching may see: places, no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.rules import collect_rules, implicitly, rule
from pants.core.util_rules.env_vars import environment_vars_subset
from pants.util.frozendict import FrozenDict

from xpkg.naming.secrets import refused_variables, unreadable_entries
from xpkg.subsystem import XpkgSubsystem


@dataclass(frozen=True)
class PublishEnvironmentRequest:
    """Asks for the `PublishEnvironment`."""


@dataclass(frozen=True)
class PublishEnvironment:
    """The variables of processes that use registries, or the problems with them, in sentences."""

    variables: FrozenDict[str, str]
    problems: tuple[str, ...] = ()


@rule
async def publish_environment(
    _: PublishEnvironmentRequest, environment: XpkgSubsystem.EnvironmentAware
) -> PublishEnvironment:
    requested = environment.env_vars
    unreadable = unreadable_entries(requested)
    if unreadable:
        return PublishEnvironment(FrozenDict(), unreadable)
    values = await environment_vars_subset(**implicitly(EnvironmentVarsRequest(requested)))
    problems = refused_variables(requested, values)
    # With a problem nothing runs, so nothing of the environment is kept.
    return PublishEnvironment(FrozenDict() if problems else FrozenDict(values), problems)


def rules() -> Iterable[Any]:
    return collect_rules()
