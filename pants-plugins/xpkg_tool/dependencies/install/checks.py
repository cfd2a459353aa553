"""Whether the packages of a closure, each at the version that was chosen for it, satisfy what they
ask of each other, as the package manager checks it (crossplane's
internal/controller/pkg/revision/dependency.go) and the API server (apis/pkg/v1/package_types.go).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator, Mapping

from xpkg_tool.dependencies.install.model import CONFLICT, Closure, Form, Mode, Package
from xpkg_tool.dependencies.install.places import CONSTRAINT, KIND, Places
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.package.names import is_dns_subdomain
from xpkg_tool.package.semver import VersionError, parse_constraint, parse_version

REFERENCE = Rule("XP160", "install-reference", "No cluster accepts the reference of a package.")
VERSION = Rule("XP163", "install-version", "The version of a package does not suit its dependents.")
WRONG_KIND = Rule("XP164", "install-kind", "A dependency is of another kind than its package.")

# The rule of Crossplane's API for `spec.package`, since 2.0.
_PACKAGE = re.compile(r"[^./]+(\.[^./]+)+(/[^/:@]+)+(:[^:@]+(@sha256.+)?|@sha256.+)")


def check(
    closure: Closure, mode: Mode, forms: Mapping[str, Form], places: Places
) -> Iterator[Finding]:
    """Everything that would keep the closure from being installed. `forms` has, by source, how
    each object names its package."""
    yield from _name_collisions(closure, places)
    dependents = closure.dependents()
    for package in closure.packages:
        form = forms[package.source]
        yield from _reference(package, form, places)
        for dependent, dependency in dependents.get(package.source, ()):
            asked = _Asked(package, dependent, dependency, mode, places)
            yield from _kind(asked)
            if form == "tag@digest":
                yield _tag_and_digest(asked)
            elif mode == "unresolved" or form == ("digest" if mode == "pinned" else "tag"):
                yield from _constraint(asked)
            else:
                yield _mixed(asked, form)


@dataclass(frozen=True)
class _Asked:
    """A package, another one that depends on it, and how."""

    package: Package
    dependent: Package
    dependency: LockedDependency
    mode: Mode
    places: Places

    @property
    def wants(self) -> str:
        return (
            f"{self.dependent.source} asks for {self.package.source} {self.dependency.constraint}"
        )

    def remedy(self, own: str) -> str:
        """What to do about the dependent: of one that is not built here, nothing can be written."""
        if not self.dependent.is_locked:
            return own
        return (
            f"{self.dependent.source} is not built in this repository: lock other versions that "
            "fit together, or tell those who make it."
        )

    def unsatisfied(self, message: str, remedy: str) -> Finding:
        """Without dependency resolution nothing in the cluster looks at constraints."""
        severity = WARNING if self.mode == "unresolved" else None
        place = self.places.of_entry(self.dependent, self.dependency, CONSTRAINT)
        return place.finding(VERSION, message, remedy, severity)


def is_accepted(reference: str) -> bool:
    """Whether the API server accepts the reference as `spec.package`."""
    return _PACKAGE.fullmatch(reference) is not None


def _name_collisions(closure: Closure, places: Places) -> Iterator[Finding]:
    first: dict[tuple[str, str], Package] = {}
    for package in closure.packages:
        other = first.setdefault((package.kind, package.object_name), package)
        if other != package:
            yield places.of(package).finding(
                CONFLICT,
                f"{other.source} and {package.source} are both installed as the {package.kind} "
                f"{package.object_name}: the package manager derives the name of the object from "
                "the repository without the registry, cut to 63 characters.",
                "Write one spelling of the source everywhere if they are the same package; "
                "otherwise publish one of them to another repository.",
            )


def _reference(package: Package, form: Form, places: Places) -> Iterator[Finding]:
    place = places.of(package)
    host, slash, _ = package.source.partition("/")
    reference = package.reference(form)
    if form != "digest" and not package.version:
        yield place.finding(
            REFERENCE,
            f"There is no tag under which {package.source} is published.",
            "Give the target a `version`, or `image_tags` with a semantic version.",
        )
    elif is_accepted(reference):
        if not is_dns_subdomain(package.object_name):
            yield place.finding(
                REFERENCE,
                f"No name for an object can be derived from the repository of {package.source}.",
                "Publish the package to a repository whose name has letters or digits.",
            )
    elif slash and "." not in host and (":" in host or host == "localhost"):
        yield place.finding(
            REFERENCE,
            f"The host of {reference} has no dot, and the API server refuses such a package since "
            "Crossplane 2.0.",
            f"Publish to a registry with a dot in its name, such as {host.partition(':')[0]}.local"
            " or 127.0.0.1, or install it by the name that it has in the cluster.",
        )
    else:
        yield place.finding(
            REFERENCE,
            f"{reference} is not a reference that the API server accepts: registry/repository:tag "
            "or registry/repository@sha256:..., with a dot in the name of the registry.",
            "Name the registry in the package's reference, and in `spec.dependsOn` of those that "
            "depend on it.",
        )


def _kind(asked: _Asked) -> Iterator[Finding]:
    package, dependent, kind = asked.package, asked.dependent, asked.dependency.kind
    if kind != package.kind:
        yield asked.places.of_entry(dependent, asked.dependency, KIND).finding(
            WRONG_KIND,
            f"{dependent.source} depends on {package.source} as a {kind}, but it is a "
            f"{package.kind}. The package manager would create a {kind} that never becomes "
            "healthy.",
            asked.remedy(
                f"Write the kind {package.kind} in `spec.dependsOn` of {dependent.source}."
            ),
        )


def _tag_and_digest(asked: _Asked) -> Finding:
    return asked.places.target.finding(
        CONFLICT,
        f"{asked.package.source} is to be installed by tag and digest at once, and "
        f"{asked.dependent.source} depends on it. The package manager takes the tag for a part of "
        "the source, so that no dependent finds the package, and installs it a second time.",
        "Use that form only for packages that nothing else depends on.",
    )


def _mixed(asked: _Asked, form: Form) -> Finding:
    return asked.places.target.finding(
        CONFLICT,
        f"{asked.package.source} is to be installed by {form} in the mode {asked.mode!r}, and "
        f"{asked.dependent.source} depends on it.",
        "Dependencies are installed as the mode says. Choose another mode for the whole closure, "
        "or leave `reference` out for this package.",
    )


def _constraint(asked: _Asked) -> Iterator[Finding]:
    package, mode = asked.package, asked.mode
    constraint, version = asked.dependency.constraint, package.version
    installed = version if mode == "tag" else package.digest
    if is_digest(constraint):
        if constraint == installed:
            return
        if constraint == package.digest and mode == "tag":
            message = f"{asked.wants}, and it would be installed by the tag {version}."
            remedy = 'Pinned dependencies are satisfied by digests only: use `mode="pinned"`.'
        elif constraint != package.digest:
            message = f"{asked.wants}, and its digest is {package.digest}."
            remedy = asked.remedy(
                "Lock the digest that it asks for. Where `pin_dependencies` wrote that, it is from "
                "the lock of the package's own resolve: give both targets the same `resolve`."
                if package.is_locked
                else "Write the digest that the package has now, or set `pin_dependencies=True`."
            )
        else:
            return
        yield asked.unsatisfied(message, remedy)
    elif mode == "pinned":
        message = (
            f"{asked.wants}, and a package that is installed by digest satisfies no range of "
            "versions."
        )
        remedy = "Pin its dependencies with `pin_dependencies=True`, or use another mode."
        if asked.dependent.is_locked:
            remedy = (
                f"{asked.dependent.source} is not built in this repository, so its dependencies "
                'cannot be pinned here: use `mode="tag"` or `mode="unresolved"`.'
            )
        yield asked.unsatisfied(message, remedy)
    elif is_digest(version):
        # Some dependent pins it, so that it has no version.
        message = f"{asked.wants}, and others pin it to {version}."
        yield asked.unsatisfied(message, asked.remedy("Let all of them ask for the same."))
    else:
        yield from _range(asked)


def _range(asked: _Asked) -> Iterator[Finding]:
    package = asked.package
    try:
        wanted = parse_constraint(asked.dependency.constraint)
    except VersionError:
        # A finding of its own for a package of this repository; the others cannot be changed.
        return
    try:
        version = parse_version(package.version)
    except VersionError:
        if package.version:
            message = f"{asked.wants}, and its tag {package.version} is not a semantic version."
            remedy = "Publish it under a version, such as v1.2.3, as well."
            yield asked.unsatisfied(message, remedy)
        return
    if not wanted.matches(version):
        remedy = "Change the constraint in `spec.dependsOn`, or install another version."
        message = f"{asked.wants}, and {package.version} would be installed."
        yield asked.unsatisfied(message, asked.remedy(remedy))
