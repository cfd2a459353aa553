# Written by `python build-support/by_name.py`; do not edit.
"""Under which sources a target's package is known: what `spec.dependsOn` of others names it by.

They are the repositories that it is published to, without tags. What only tags need, such as an
environment variable that CI sets, need not be there to know them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.rules import collect_rules, implicitly, rule
from xpkg.naming.variables import find_variables
from pants.engine.target import Target

from xpkg.naming.placeholders import Naming
from xpkg.naming.variables import Variables, VariablesRequest
from xpkg.registries import Registry, RegistryError
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgRegistriesField, XpkgRepositoryField, XpkgVersionField


@dataclass(frozen=True)
class PublishedSourcesRequest:
    """Asks for the `PublishedSources` of a target with the meta object's name `package_name`."""

    target: Target
    package_name: str


@dataclass(frozen=True)
class PublishedSources:
    """The sources of a package, each once, and its version. A registry whose repository cannot be
    known here has none, and so has the version: publishing says why."""

    sources: tuple[str, ...] = ()
    version: str | None = None


@rule
async def find_published_sources(
    request: PublishedSourcesRequest, xpkg: XpkgSubsystem
) -> PublishedSources:
    target = request.target
    version = target[XpkgVersionField].value
    # An option that is wrong is wrong for all targets, so its error is raised.
    configured = xpkg.registries
    try:
        registries = configured.get(target[XpkgRegistriesField].value or ())
    except RegistryError:
        registries = ()
    naming = Naming(
        address=target.address,
        package_name=request.package_name,
        repository=target[XpkgRepositoryField].value,
        version=version,
        image_tags=(),
        default_repository=xpkg.default_repository,
    )
    templates = (version or "", *map(naming.repository_template, registries))
    if any("{env." in template or "{build_args." in template for template in templates):
        variables = await find_variables(**implicitly(VariablesRequest(templates)))
        try:
            naming = naming.with_variables(variables)
        except ValueError:
            return PublishedSources()
    found = (_source(naming, registry) for registry in registries)
    return PublishedSources(tuple(dict.fromkeys(filter(None, found))), _version(naming))


def _source(naming: Naming, registry: Registry) -> str | None:
    template = naming.repository_template(registry)
    # The digest is only known when the package is built.
    if "{pants." in template:
        return None
    try:
        return registry.source(naming.repository_in(registry))
    except ValueError:
        return None


def _version(naming: Naming) -> str | None:
    try:
        return naming.own_version()
    except ValueError:
        return None


def rules() -> Iterable[Any]:
    return collect_rules()
