"""Packages that would be written to one path: Pants itself only says that it cannot merge their
files, and shows these instead of the targets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Iterable, Mapping

from pants.core.goals.package import BuiltPackage
from pants.engine.addresses import Address
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.engine.target import WrappedTarget, WrappedTargetRequest
from pants.util.frozendict import FrozenDict

from xpkg.building.attempt import PackageAttempt, XpkgPackageFieldSet
from xpkg.named_packages import NamedPackages, NamedPackagesRequest


@dataclass(frozen=True)
class ClashesRequest:
    """Asks for the `Clashes` of the packages that the command line names."""


@dataclass(frozen=True)
class Clashes:
    """The problem of each package that would be written to the path of another one."""

    problems: FrozenDict[Address, str]


@rule
async def find_clashes(_: ClashesRequest) -> Clashes:
    named = await Get(NamedPackages, NamedPackagesRequest())
    wrapped = await MultiGet(
        Get(WrappedTarget, WrappedTargetRequest(address, "the xpkg backend"))
        for address in named.addresses
    )
    attempts = await MultiGet(
        Get(PackageAttempt, XpkgPackageFieldSet, XpkgPackageFieldSet.create(one.target))
        for one in wrapped
    )
    pairs = zip(named.addresses, attempts)
    return Clashes(FrozenDict(clashing({a: one.built for a, one in pairs if one.built})))


def clashing(built: Mapping[Address, BuiltPackage]) -> dict[Address, str]:
    """The problem of each package that would be written to the path of another one, or below it."""
    writers: defaultdict[str, list[Address]] = defaultdict(list)
    for address, package in built.items():
        for artifact in package.artifacts:
            if artifact.relpath:
                writers[artifact.relpath].append(address)
    problems = {
        address: f"Its `output_path` is that of {_others(address, addresses)}: {path}."
        for path, addresses in sorted(writers.items(), reverse=True)
        for address in addresses
        if len(addresses) > 1
    }
    for path, addresses in sorted(writers.items()):
        for folder in map(str, PurePosixPath(path).parents):
            for address in addresses if folder in writers else ():
                whose = _others(address, writers[folder])
                if whose:
                    what = f"Its `output_path`, {path}, is below that of {whose}: {folder}."
                    problems.setdefault(address, what)
    return problems


def _others(address: Address, addresses: Iterable[Address]) -> str:
    return ", ".join(sorted(a.spec for a in addresses if a != address))


def rules() -> Iterable[Any]:
    return collect_rules()
