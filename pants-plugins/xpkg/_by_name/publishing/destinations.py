# Written by `python build-support/by_name.py`; do not edit.
"""Where a package goes: known as soon as it is built, whatever it depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from pants.engine.addresses import Address
from pants.engine.fs import FileDigest
from pants.engine.rules import collect_rules, implicitly, rule
from pants.engine.internals.graph import resolve_target
from xpkg.building.build import build_package
from xpkg.naming.variables import find_variables
from pants.engine.target import Target, WrappedTarget, WrappedTargetRequest
from pants.util.frozendict import FrozenDict

from xpkg.building.build import CANNOT_BE_BUILT, NO_FILES, BuildOutcome, BuildRequest
from xpkg.naming.placeholders import Naming
from xpkg.naming.variables import Variables, VariablesRequest
from xpkg.registries import Registry
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import (
    XpkgImageTagsField,
    XpkgRegistriesField,
    XpkgRepositoryField,
    XpkgSkipPushField,
    XpkgVersionField,
)
from xpkg_tool.messages.build import Built

UNPUBLISHABLE = "cannot be published"


@dataclass(frozen=True)
class Problem:
    """Why a package cannot be published anywhere.

    `what` is a predicate without its subject ("does not pass lint"), `error` all that is wrong.
    Neither names the package, so what several packages share is equal and can be shown once.
    """

    what: str
    error: str

    def of(self, address: Address) -> str:
        return f"{address} {self.what}: {self.error}"


@dataclass(frozen=True)
class Destination:
    """One reference that a package goes to."""

    registry: Registry
    repository: str
    tag: str

    @property
    def reference(self) -> str:
        return self.registry.reference(self.repository, self.tag)

    @property
    def repository_on_host(self) -> str:
        """With the path that a registry's address may have."""
        _, _, path = self.registry.address[len(self.registry.host) :].partition("/")
        return f"{path}/{self.repository}" if path else self.repository


@dataclass(frozen=True)
class DestinationsRequest:
    """Asks for the `Destinations` of the package at `address`."""

    address: Address


@dataclass(frozen=True)
class Destinations:
    """What is built of a package, with its files (BuildOutcome), and where it goes: all that is
    known without its dependencies. `built` is None where it does not build."""

    built: Built | None
    files: FrozenDict[str, FileDigest] = NO_FILES
    destinations: tuple[Destination, ...] = ()
    skip_push: bool = False
    problem: Problem | None = None


async def _destinations(
    target: Target, built: Built, xpkg: XpkgSubsystem
) -> tuple[Destination, ...]:
    """Raises ValueError for a field or option that is wrong."""
    registries = xpkg.registries.get(target[XpkgRegistriesField].value or ())
    naming = Naming(
        address=target.address,
        package_name=built.name,
        repository=target[XpkgRepositoryField].value,
        version=target[XpkgVersionField].value,
        image_tags=target[XpkgImageTagsField].value or (),
        default_repository=xpkg.default_repository,
        digest=built.digest,
    )
    templates = tuple(t for registry in registries for t in naming.templates(registry))
    variables = await find_variables(**implicitly(VariablesRequest(templates)))
    found = {d.reference: d for d in _named(naming.with_variables(variables), registries)}
    return tuple(found.values())


def _named(naming: Naming, registries: Iterable[Registry]) -> Iterator[Destination]:
    for registry in registries:
        repository = naming.repository_in(registry)
        for tag in naming.tags_in(registry):
            yield Destination(registry, repository, tag)


@rule
async def find_destinations(request: DestinationsRequest, xpkg: XpkgSubsystem) -> Destinations:
    address = request.address
    # What is wrong with one package is not raised: it must not stop the others.
    try:
        outcome = await build_package(**implicitly(BuildRequest(address)))
    except CANNOT_BE_BUILT as error:
        return Destinations(None, problem=Problem("cannot be built", str(error)))
    built = outcome.built
    if built is None:
        problem = Problem("does not pass lint", outcome.text.strip())
        return Destinations(None, problem=problem)
    wrapped = await resolve_target(**implicitly(WrappedTargetRequest(address, "the xpkg backend")))
    if wrapped.target[XpkgSkipPushField].value:
        return Destinations(built, outcome.files, skip_push=True)
    try:
        destinations = await _destinations(wrapped.target, built, xpkg)
    except ValueError as error:
        problem = Problem(UNPUBLISHABLE, str(error))
        return Destinations(built, outcome.files, problem=problem)
    return Destinations(built, outcome.files, destinations)


def rules() -> Iterable[Any]:
    return collect_rules()
