"""What a lock holds: the packages of other repositories that this one depends on, directly or not,
each at one version and one digest.

It is what the `Lock` object of a cluster would hold for them (crossplane's
apis/pkg/v1beta1/lock.go), with the digest that a cluster only learns when it installs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Requirement:
    """Who asks for a package, with which constraint: `by` is the address of a target of this
    repository (`//` first, or the name that the command line gave it), or the source of a locked
    package."""

    by: str
    constraint: str


@dataclass(frozen=True, order=True)
class LockedDependency:
    """An entry of a locked package's own `spec.dependsOn`."""

    source: str
    api_version: str
    kind: str
    constraint: str


@dataclass(frozen=True)
class LockedPackage:
    """One package at one digest.

    `source` is as the package manager has it (the reference without tag and digest, not
    normalised), `version` the tag as the registry spells it, or the digest where a constraint is
    one; `digest` that of the manifest, or of the index where `platforms` has the digests of its
    manifests by `os/architecture`. `kind` is what its own meta object says (`Provider`,
    `Configuration`, `Function`), and `object_name` the name of the object that the package manager
    creates for it."""

    source: str
    version: str
    digest: str
    kind: str
    object_name: str
    platforms: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[LockedDependency, ...] = ()
    required_by: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class Lock:
    """The packages, sorted by source; one for each source."""

    packages: tuple[LockedPackage, ...] = ()

    def find(self, source: str) -> LockedPackage | None:
        """The package of this source."""
        return next((package for package in self.packages if package.source == source), None)
