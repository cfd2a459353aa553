"""Pinning: a package in which each constraint of `spec.dependsOn` is the digest of the image that
it was built with. Its author's bytes stay as they are but for these scalars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator, Mapping

from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.ranges import Range, dialects_of
from xpkg_tool.dependencies.model import PACKAGE_GROUP, Dependency, dependencies, is_digest
from xpkg_tool.diagnostics.finding import Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, load
from xpkg_tool.documents.replacement import CannotReplace, replace_scalars
from xpkg_tool.package.content import Meta
from xpkg_tool.package.crossplane_versions import releases

DEPENDENCY_PIN = Rule(
    "XP132", "dependency-pin", "A dependency cannot be pinned to a digest.", fatal=True
)


@dataclass(frozen=True)
class PinnedPackage:
    """What a dependency is pinned to: the `digest` of a package, who has it (a target, or a lock),
    and its version and kind, empty where they are not known."""

    digest: str
    name: str
    version: str
    kind: str


@dataclass(frozen=True)
class Pins:
    """What to pin a package to: packages of its own repository (`own`, by the place in
    `spec.dependsOn`), and those of the lock. `lock_path` names the lock in messages, and `command`
    is what writes it. `problems` say why the lock cannot be read."""

    own: Mapping[int, PinnedPackage]
    lock: Lock
    lock_path: str
    command: str
    problems: tuple[Finding, ...] = ()


def pin(meta: Meta, pins: Pins) -> tuple[Meta, tuple[Finding, ...]]:
    """The meta object with digests for constraints, or what prevents it. A constraint that is a
    digest already stays."""
    if pins.problems:
        return meta, pins.problems
    digests: dict[PathOf, str] = {}
    problems: list[Finding] = []
    for dependency in dependencies(meta.value):
        path = (*dependency.path, "version")
        if not dependency.constraint:
            problems.append(_no_version(meta, dependency))
        elif not is_digest(dependency.constraint):
            package = pins.own.get(dependency.number) or _locked(dependency, pins)
            if package is None:
                problems.append(_unknown(meta, dependency, pins))
            else:
                problems += _unfit(meta, dependency, package, pins)
                digests[path] = package.digest
    if problems or not digests:
        return meta, tuple(problems)
    try:
        document = replace_scalars(meta.object.document, digests)
    except CannotReplace as error:
        return meta, (_shared(meta, error.path),)
    return Meta(meta.object._replace(document=document), load(document)), ()


def _no_version(meta: Meta, dependency: Dependency) -> Finding:
    return meta.object.finding(
        DEPENDENCY_PIN,
        "The dependency has no `version`, so there is nothing that its digest could replace.",
        'Add the constraint that the package works with, for example `version: ">=v1.2.0"`.',
        dependency.path,
    )


def _unknown(meta: Meta, dependency: Dependency, pins: Pins) -> Finding:
    return meta.object.finding(
        DEPENDENCY_PIN,
        f"There is no digest for {cut(dependency.package)}: no package of this repository that the "
        f"target depends on is published there, and {pins.lock_path} does not have it.",
        f"Lock it with `{pins.command}`, or correct the name. If a target of this repository "
        "publishes it elsewhere, say so with `known_as` in `[xpkg.registries]`.",
        (*dependency.path, dependency.field),
    )


def _locked(dependency: Dependency, pins: Pins) -> PinnedPackage | None:
    locked = pins.lock.find(dependency.package)
    if locked is None:
        return None
    return PinnedPackage(locked.digest, pins.lock_path, locked.version, locked.kind)


def _unfit(
    meta: Meta, dependency: Dependency, package: PinnedPackage, pins: Pins
) -> Iterator[Finding]:
    """What the package manager could not find any more, once the constraint is a digest."""
    own = dependency.number in pins.own
    wanted = Range(dependency.constraint or "", dialects_of(releases(meta.value)))
    # What cannot be read lint has an error of its own for.
    if package.version and wanted.readable and not wanted.is_satisfied(package.version):
        yield meta.object.finding(
            DEPENDENCY_PIN,
            f"{package.name} has {cut(package.version)} of {cut(dependency.package)}, which does "
            "not satisfy the constraint.",
            "Write a constraint that admits it, or change the `version` of that target."
            if own
            else f"Update the lock with `{pins.command}`.",
            (*dependency.path, "version"),
        )
    installs = dependency.api_version.startswith(f"{PACKAGE_GROUP}/")
    if package.kind and installs and package.kind != dependency.kind:
        keyed = dependency.field == "package"
        yield meta.object.finding(
            DEPENDENCY_PIN,
            f"{cut(dependency.package)} is a {package.kind} ({package.name}), but the dependency "
            f"asks for a {cut(dependency.kind)}.",
            f"Write `kind: {package.kind}`."
            if keyed
            else f"Write `{package.kind.lower()}:` instead of `{dependency.field}:`.",
            (*dependency.path, "kind" if keyed else dependency.field),
        )


def _shared(meta: Meta, path: PathOf) -> Finding:
    return meta.object.finding(
        DEPENDENCY_PIN,
        "The constraint cannot be replaced by a digest: it is written at a place that other values "
        "share, by an anchor and its aliases.",
        "Write the constraint out, without `&`, `*` and `<<`.",
        path,
    )
