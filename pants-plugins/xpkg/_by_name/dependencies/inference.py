# Written by `python build-support/by_name.py`; do not edit.
"""Dependency inference: an entry of `spec.dependsOn` that names a package of this repository is a
dependency on its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.rules import collect_rules, implicitly, rule
from xpkg.dependencies.internal import find_internal_dependencies
from pants.engine.target import FieldSet, InferDependenciesRequest, InferredDependencies
from pants.engine.unions import UnionRule
from pants.util.logging import LogLevel

from xpkg.dependencies.internal import InternalDependencies, InternalDependenciesRequest
from xpkg.target_types import XpkgDependenciesField, XpkgSourcesField


@dataclass(frozen=True)
class XpkgInferenceFieldSet(FieldSet):
    required_fields = (XpkgSourcesField, XpkgDependenciesField)


class InferXpkgDependencies(InferDependenciesRequest):
    infer_from = XpkgInferenceFieldSet


@rule(desc="Infer the dependencies of a Crossplane package", level=LogLevel.DEBUG)
async def infer_xpkg_dependencies(request: InferXpkgDependencies) -> InferredDependencies:
    address = request.field_set.address
    found = await find_internal_dependencies(**implicitly(InternalDependenciesRequest(address)))
    return InferredDependencies(a for entry in found.entries for a in entry.addresses)


def rules() -> Iterable[Any]:
    return (*collect_rules(), UnionRule(InferDependenciesRequest, InferXpkgDependencies))
