"""Dependency inference: an entry of `spec.dependsOn` that names a package of this repository is a
dependency on its target. What asks for external packages depends on the lock that has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.rules import Get, collect_rules, rule
from pants.engine.target import FieldSet, InferDependenciesRequest, InferredDependencies
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from xpkg.dependencies.internal import InternalDependencies, InternalDependenciesRequest
from xpkg.dependencies.lock_targets import LockTarget, LockTargetRequest
from xpkg.dependencies.repository import RepositoryPackages
from xpkg.dependencies.resolves import Resolves
from xpkg.install_target import XpkgInstallDependenciesField, XpkgInstallExternalPackagesField
from xpkg.subsystem import XpkgSubsystem
from xpkg.target_types import XpkgDependenciesField, XpkgResolveField, XpkgSourcesField


@dataclass(frozen=True)
class XpkgInferenceFieldSet(FieldSet):
    required_fields = (XpkgSourcesField, XpkgDependenciesField)

    resolve: XpkgResolveField


class InferXpkgDependencies(InferDependenciesRequest):
    infer_from = XpkgInferenceFieldSet


@dataclass(frozen=True)
class XpkgInstallInferenceFieldSet(FieldSet):
    required_fields = (XpkgInstallDependenciesField, XpkgInstallExternalPackagesField)


class InferXpkgInstallDependencies(InferDependenciesRequest):
    infer_from = XpkgInstallInferenceFieldSet


@rule(desc="Infer the dependencies of a Crossplane package", level=LogLevel.DEBUG)
async def infer_xpkg_dependencies(
    request: InferXpkgDependencies, repository: RepositoryPackages, xpkg: XpkgSubsystem
) -> InferredDependencies:
    address = request.field_set.address
    internal = await Get(InternalDependencies, InternalDependenciesRequest(address))
    found = [a for entry in internal.entries for a in entry.addresses]
    entries = repository.packages[address].dependencies
    if any(not repository.publishing(entry.package) for entry in entries):
        resolve = request.field_set.resolve.value or xpkg.default_resolve
        lock = await Get(LockTarget, LockTargetRequest(resolve))
        found += [lock.address] if lock.address else []
    return InferredDependencies(found)


@rule(desc="Infer the dependencies of a manifest that installs packages", level=LogLevel.DEBUG)
async def infer_install_dependencies(
    request: InferXpkgInstallDependencies, resolves: Resolves
) -> InferredDependencies:
    """The packages that it installs depend on the lock themselves, where they need it."""
    address = request.field_set.address
    named = [r.name for r in resolves.by_name.values() if address in r.installed]
    if not named:
        return InferredDependencies(())
    lock = await Get(LockTarget, LockTargetRequest(named[0]))
    return InferredDependencies([lock.address] if lock.address else [])


def rules() -> Iterable[Any]:
    return (
        *collect_rules(),
        UnionRule(InferDependenciesRequest, InferXpkgDependencies),
        UnionRule(InferDependenciesRequest, InferXpkgInstallDependencies),
    )
