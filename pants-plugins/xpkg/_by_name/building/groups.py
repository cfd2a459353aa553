# Written by `python build-support/by_name.py`; do not edit.
"""Which packages of a bucket are built together: all of them, or a few that have changed.

The daemon remembers what it has built. So where one package of a bucket has changed, a process
builds that one, and the engine still has the results of the others. What is built together makes no
difference to any result, but only whole buckets are what other machines have built as well: after
more than a few changes, a shared cache may have the bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.addresses import Address, Addresses
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.internals.graph import resolve_targets
from xpkg.building.inputs import package_inputs
from pants.engine.target import Target, Targets
from pants.util.frozendict import FrozenDict

from xpkg.building.buckets import Bucket
from xpkg.building.inputs import UNREADABLE, PackageInputs, PackageInputsRequest
from xpkg.subsystem import XpkgSubsystem
from xpkg_tool.messages.report import FailOn, RuleSelection

# From this size on a package takes much longer than starting a process for it.
_LARGE_BYTES = 3_000_000
# Up to this part of a bucket has changed: a few.
_FEW = 1 / 4

# Packages that one process builds.
Group = tuple[PackageInputs, ...]


@dataclass(frozen=True)
class BuildOptions:
    """The options that packages are built with. Those of other goals make no difference."""

    selection: RuleSelection
    fail_on: FailOn


@dataclass(frozen=True)
class BucketGroups:
    """The group of each package of a bucket whose inputs can be had, by these."""

    of: FrozenDict[PackageInputs, Group]


class BuiltGroups:
    """The group in which each package was built last.

    There is one such object for an engine and the options that packages are built with: with others
    all has to be built anew, and then each bucket is one group again.
    """

    def __init__(self) -> None:
        self._last: dict[Address, tuple[PackageInputs, Group]] = {}

    def add(self, package: PackageInputs, group: Group) -> None:
        """To be called for a package when its group has been built: what failed is not relied on.
        Not for all of the group, which may hold earlier states of other packages."""
        self._last[package.address] = (package, group)

    def of(self, package: PackageInputs) -> Group | None:
        """None if the package has changed since, or was not built."""
        last, group = self._last.get(package.address, (None, None))
        return group if last == package else None

    def regroup(self, packages: Iterable[PackageInputs]) -> dict[PackageInputs, Group]:
        """The group of each package of a bucket. A large one is alone."""
        packages = tuple(packages)
        small = tuple(package for package in packages if not is_large(package))
        # Looked up once: other rules add to it at the same time.
        known = {package: self.of(package) for package in small}
        new = tuple(package for package, group in known.items() if group is None)
        if len(new) > max(1, len(small) * _FEW):
            known = dict.fromkeys(small, small)
        return {p: (p,) if is_large(p) else known[p] or new for p in packages}


def is_large(package: PackageInputs) -> bool:
    """Whether a package has a process of its own, and others that read its files."""
    return package.size >= _LARGE_BYTES


@dataclass(frozen=True)
class _FallibleRequest:
    target: Target


@dataclass(frozen=True)
class _FallibleInputs:
    inputs: PackageInputs | None


@rule
async def readable_inputs(request: _FallibleRequest) -> _FallibleInputs:
    try:
        return _FallibleInputs(await package_inputs(**implicitly(PackageInputsRequest(request.target))))
    # It concerns that target alone.
    except UNREADABLE:
        return _FallibleInputs(None)


@rule
async def build_options(xpkg: XpkgSubsystem) -> BuildOptions:
    return BuildOptions(xpkg.selection(), xpkg.fail_on)


@rule
async def built_groups(_: BuildOptions) -> BuiltGroups:
    # The engine keeps the object as long as the options are the same.
    return BuiltGroups()


@rule
async def group_bucket(bucket: Bucket, built: BuiltGroups) -> BucketGroups:
    targets = await resolve_targets(**implicitly(Addresses(bucket.addresses)))
    fallible = await concurrently(readable_inputs(**implicitly(_FallibleRequest(t))) for t in targets)
    packages = [f.inputs for f in fallible if f.inputs is not None]
    return BucketGroups(FrozenDict(built.regroup(packages)))


def rules() -> Iterable[Any]:
    return collect_rules()
