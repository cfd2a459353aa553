# Written by `python build-support/by_name.py`; do not edit.
"""The environment variables and build arguments that placeholders may name.

Pants is asked only for the variables that a template uses, so that no other variable is read or
can change the result of a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable

from pants.engine.env_vars import EnvironmentVars, EnvironmentVarsRequest
from pants.engine.rules import collect_rules, implicitly, rule
from pants.core.util_rules.env_vars import environment_vars_subset
from pants.util.frozendict import FrozenDict

from xpkg.naming.secrets import looks_secret
from xpkg.subsystem import XpkgSubsystem

_ENVIRONMENT = re.compile(r"\{env\.([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class VariablesRequest:
    """Asks for the `Variables` that `templates` use."""

    templates: tuple[str, ...]


@dataclass(frozen=True)
class Variables:
    """The values of `{env.X}` and `{build_args.X}`.

    Variables that are not set are missing. `refused` are those that look like secrets: everyone can
    see tags.
    """

    environment: FrozenDict[str, str] = field(default_factory=FrozenDict)
    build_args: FrozenDict[str, str] = field(default_factory=FrozenDict)
    refused: tuple[str, ...] = ()


@rule
async def find_variables(request: VariablesRequest, xpkg: XpkgSubsystem) -> Variables:
    given = [entry.partition("=") for entry in xpkg.build_args]
    values = {name: value for name, has_value, value in given if has_value}
    copied = [name for name, has_value, _ in given if not has_value and name not in values]
    templates = (*request.templates, *values.values())
    named = sorted({name for t in templates for name in _ENVIRONMENT.findall(t)})
    refused = tuple(name for name in dict.fromkeys([*named, *copied]) if looks_secret(name))
    wanted = [name for name in (*named, *copied) if name not in refused]
    found = await environment_vars_subset(**implicitly(EnvironmentVarsRequest(sorted(set(wanted)))))
    return Variables(
        FrozenDict({name: found[name] for name in named if name in found}),
        FrozenDict({**values, **{name: found[name] for name in copied if name in found}}),
        refused,
    )


def rules() -> Iterable[Any]:
    return collect_rules()
