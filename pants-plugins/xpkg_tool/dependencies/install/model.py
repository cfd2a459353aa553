"""What is installed together: packages at one version each, and how they refer to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Mapping, Sequence

from xpkg_tool.dependencies.lock.model import Lock, LockedDependency
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS
from xpkg_tool.dependencies.model import is_digest, object_name
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.messages.install import InstallMode
from xpkg_tool.package.semver import Dialect

# How the objects of a manifest name their packages, consistently (docs/dependencies.md):
# - tag: by exact tag; the package manager checks all constraints.
# - pinned: by digest, and each dependency in the closure is pinned to that same digest.
# - unresolved: by digest, with dependency resolution off on all objects.
Mode = InstallMode
# How a single object does.
Form = Literal["tag", "digest", "tag@digest"]

CONFLICT = Rule("XP161", "install-conflict", "Packages cannot be installed together.")


@dataclass(frozen=True)
class Package:
    """A package that can be installed.

    `origin` says where it comes from: the address of a target, or the path of a lock. `source` is
    as the package manager has it: a repository without tag and digest. `version` is the tag, empty
    where there is none, or the digest where dependents can only ask for that; `digest` is that of
    the manifest or index. `kind` is what its meta object says. Its constraints are read in all of
    the `dialects`."""

    origin: str
    source: str
    version: str
    digest: str
    kind: str
    dependencies: tuple[LockedDependency, ...] = ()
    is_locked: bool = False
    dialects: tuple[Dialect, ...] = BOTH_DIALECTS

    @property
    def names(self) -> tuple[str, ...]:
        """By which options for it alone are given: its source, and the address of its target."""
        return (self.source,) if self.is_locked else (self.source, self.origin)

    @property
    def object_name(self) -> str:
        """The name that the package manager gives the object when it installs the package for a
        dependent. Under another one it would not find it, and install it once more."""
        return object_name(self.source)

    def reference(self, form: Form) -> str:
        """What `spec.package` of the object is."""
        tag = "" if is_digest(self.version) or form == "digest" else f":{self.version}"
        return f"{self.source}{tag}" + (f"@{self.digest}" if form != "tag" or not tag else "")


@dataclass(frozen=True)
class Closure:
    """Packages with all that they depend on, dependencies first, one for each source."""

    packages: tuple[Package, ...]

    def dependents(self) -> Mapping[str, Sequence[tuple[Package, LockedDependency]]]:
        """By source, the packages that depend on it directly, each with its entry."""
        found: dict[str, list[tuple[Package, LockedDependency]]] = {}
        for package in self.packages:
            for dependency in package.dependencies:
                found.setdefault(dependency.source, []).append((package, dependency))
        return found


def locked_packages(
    lock: Lock, path: str, dialects: tuple[Dialect, ...] = BOTH_DIALECTS
) -> tuple[Package, ...]:
    """The packages of the lock in the file `path`. Their constraints are read in the `dialects` of
    the packages that they are installed with, as when they were locked."""
    return tuple(
        Package(path, p.source, p.version, p.digest, p.kind, p.dependencies, True, dialects)
        for p in lock.packages
    )
