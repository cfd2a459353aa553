"""Pinning: a package in which each constraint of `spec.dependsOn` is the digest of the image that
it was built with. Its author's bytes stay as they are but for these scalars."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Mapping

from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.model import Dependency, dependencies, is_digest
from xpkg_tool.diagnostics.finding import Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, load
from xpkg_tool.documents.replacement import CannotReplace, replace_scalars
from xpkg_tool.package.content import Meta
from xpkg_tool.package.semver import VersionError, parse_constraint, parse_version

DEPENDENCY_PIN = Rule(
    "XP132", "dependency-pin", "A dependency cannot be pinned to a digest.", fatal=True
)


@dataclass(frozen=True)
class Pins:
    """The digests to pin a package to: those of packages of its own repository (`own`, by the place
    in `spec.dependsOn`), and those of the lock. `lock_path` names the lock in messages, and
    `command` is what writes it. `problems` say why the lock cannot be read."""

    own: Mapping[int, str]
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
            digest = pins.own.get(dependency.index)
            locked = pins.lock.find(dependency.package)
            if digest is None and locked is not None:
                problems += _unsatisfied(meta, dependency, locked.version, pins)
                digest = locked.digest
            if digest is None:
                problems.append(_unknown(meta, dependency, pins))
            else:
                digests[path] = digest
    if problems or not digests:
        return meta, tuple(problems)
    try:
        document = replace_scalars(meta.object.document, digests)
    except CannotReplace as error:
        return meta, (_shared(meta, error.path),)
    return Meta(replace(meta.object, document=document), load(document)), ()


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


def _unsatisfied(meta: Meta, dependency: Dependency, version: str, pins: Pins) -> Iterator[Finding]:
    try:
        satisfied = parse_constraint(dependency.constraint or "").matches(parse_version(version))
    # The lock has a digest for it, or lint was told to ignore a constraint that is none.
    except VersionError:
        return
    if not satisfied:
        yield meta.object.finding(
            DEPENDENCY_PIN,
            f"{pins.lock_path} has {cut(version)} of {cut(dependency.package)}, which does not "
            "satisfy the constraint.",
            f"Update the lock with `{pins.command}`.",
            (*dependency.path, "version"),
        )


def _shared(meta: Meta, path: PathOf) -> Finding:
    return meta.object.finding(
        DEPENDENCY_PIN,
        "The constraint cannot be replaced by a digest: it is written at a place that other values "
        "share, by an anchor and its aliases.",
        "Write the constraint out, without `&`, `*` and `<<`.",
        path,
    )
