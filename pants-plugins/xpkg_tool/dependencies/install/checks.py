"""Whether the packages of a closure, each at the version that was chosen for it, satisfy what they
ask of each other, as the package manager checks it (crossplane's
internal/controller/pkg/revision/dependency.go) and the API server (apis/pkg/v1/package_types.go).
"""

from __future__ import annotations

import re
from typing import Iterator, Mapping

from xpkg_tool.dependencies.install.model import CONFLICT, Closure, Form, Mode, Package
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.package.names import is_dns_subdomain
from xpkg_tool.package.semver import VersionError, parse_constraint, parse_version

REFERENCE = Rule("XP160", "install-reference", "No cluster accepts the reference of a package.")
VERSION = Rule("XP163", "install-version", "The version of a package does not suit its dependents.")
KIND = Rule("XP164", "install-kind", "A dependency is of another kind than its package.")

# The rule of Crossplane's API for `spec.package`, since 2.0.
_PACKAGE = re.compile(r"[^./]+(\.[^./]+)+(/[^/:@]+)+(:[^:@]+(@sha256.+)?|@sha256.+)")


def check(closure: Closure, mode: Mode, forms: Mapping[str, Form]) -> Iterator[Finding]:
    """Everything that would keep the closure from being installed. `forms` has, by source, how
    each object names its package."""
    yield from _name_collisions(closure)
    dependents = closure.dependents()
    for package in closure.packages:
        form = forms[package.source]
        yield from _reference(package, form)
        for dependent, dependency in dependents.get(package.source, ()):
            yield from _kind(package, dependent, dependency)
            if form == "tag@digest":
                yield _tag_and_digest(package, dependent)
            elif mode == "unresolved" or form == ("digest" if mode == "pinned" else "tag"):
                yield from _constraint(package, dependent, dependency, mode)
            else:
                yield _mixed(package, dependent, form, mode)


def is_accepted(reference: str) -> bool:
    """Whether the API server accepts the reference as `spec.package`."""
    return _PACKAGE.fullmatch(reference) is not None


def _name_collisions(closure: Closure) -> Iterator[Finding]:
    first: dict[tuple[str, str], Package] = {}
    for package in closure.packages:
        other = first.setdefault((package.kind, package.object_name), package)
        if other != package:
            yield CONFLICT.finding(
                f"{other.source} and {package.source} are both installed as the {package.kind} "
                f"{package.object_name}: the package manager derives the name of the object from "
                "the repository without the registry, cut to 63 characters.",
                "Write one spelling of the source everywhere if they are the same package; "
                "otherwise publish one of them to another repository.",
                package.origin,
            )


def _reference(package: Package, form: Form) -> Iterator[Finding]:
    host, slash, _ = package.source.partition("/")
    reference = package.reference(form)
    if form != "digest" and not package.version:
        yield REFERENCE.finding(
            f"There is no tag under which {package.source} is published.",
            "Give the target a `version`, or `image_tags` with a semantic version.",
            package.origin,
        )
    elif is_accepted(reference):
        if not is_dns_subdomain(package.object_name):
            yield REFERENCE.finding(
                f"No name for an object can be derived from the repository of {package.source}.",
                "Publish the package to a repository whose name has letters or digits.",
                package.origin,
            )
    elif slash and "." not in host and (":" in host or host == "localhost"):
        yield REFERENCE.finding(
            f"The host of {reference} has no dot, and the API server refuses such a package since "
            "Crossplane 2.0.",
            f"Publish to a registry with a dot in its name, such as {host.partition(':')[0]}.local"
            " or 127.0.0.1, or install it by the name that it has in the cluster.",
            package.origin,
        )
    else:
        yield REFERENCE.finding(
            f"{reference} is not a reference that the API server accepts: registry/repository:tag "
            "or registry/repository@sha256:..., with a dot in the name of the registry.",
            "Name the registry in the package's reference, and in `spec.dependsOn` of those that "
            "depend on it.",
            package.origin,
        )


def _kind(package: Package, dependent: Package, dependency: LockedDependency) -> Iterator[Finding]:
    if dependency.kind != package.kind:
        yield KIND.finding(
            f"{dependent.source} depends on {package.source} as a {dependency.kind}, but it is a "
            f"{package.kind}. The package manager would create a {dependency.kind} that never "
            "becomes healthy.",
            f"Write the kind {package.kind} in `spec.dependsOn` of {dependent.source}.",
            dependent.origin,
        )


def _tag_and_digest(package: Package, dependent: Package) -> Finding:
    return CONFLICT.finding(
        f"{package.source} is to be installed by tag and digest at once, and {dependent.source} "
        "depends on it. The package manager takes the tag for a part of the source, so that no "
        "dependent finds the package, and installs it a second time.",
        "Use that form only for packages that nothing else depends on.",
        package.origin,
    )


def _mixed(package: Package, dependent: Package, form: Form, mode: Mode) -> Finding:
    return CONFLICT.finding(
        f"{package.source} is to be installed by {form} in the mode {mode!r}, and "
        f"{dependent.source} depends on it.",
        "Dependencies are installed as the mode says. Choose another mode for the whole closure, "
        "or leave `reference` out for this package.",
        package.origin,
    )


def _constraint(
    package: Package, dependent: Package, dependency: LockedDependency, mode: Mode
) -> Iterator[Finding]:
    constraint, version = dependency.constraint, package.version
    installed = version if mode == "tag" else package.digest
    wants = f"{dependent.source} asks for {package.source} {constraint}"
    if is_digest(constraint):
        if constraint == installed:
            return
        if constraint == package.digest and mode == "tag":
            message = f"{wants}, and it would be installed by the tag {version}."
            remedy = 'Pinned dependencies are satisfied by digests only: use `mode="pinned"`.'
        elif constraint != package.digest:
            message = f"{wants}, and its digest is {package.digest}."
            remedy = "Build the dependent again, or lock the digest that it asks for."
        else:
            return
        yield _unsatisfied(dependent, message, remedy, mode)
    elif mode == "pinned":
        yield _unsatisfied(
            dependent,
            f"{wants}, and a package that is installed by digest satisfies no range of versions.",
            "Pin its dependencies with `pin_dependencies=True`, or use another mode.",
            mode,
        )
    elif is_digest(version):
        # Some dependent pins it, so that it has no version.
        message = f"{wants}, and others pin it to {version}."
        yield _unsatisfied(dependent, message, "Let all of them ask for the same.", mode)
    else:
        yield from _range(package, dependent, constraint, mode)


def _range(package: Package, dependent: Package, constraint: str, mode: Mode) -> Iterator[Finding]:
    try:
        wanted = parse_constraint(constraint)
    except VersionError:
        # A finding of its own for a package of this repository; the others cannot be changed.
        return
    wants = f"{dependent.source} asks for {package.source} {constraint}"
    try:
        version = parse_version(package.version)
    except VersionError:
        if package.version:
            message = f"{wants}, and its tag {package.version} is not a semantic version."
            remedy = "Publish it under a version, such as v1.2.3, as well."
            yield _unsatisfied(dependent, message, remedy, mode)
        return
    if not wanted.matches(version):
        remedy = "Change the constraint in `spec.dependsOn`, or install another version."
        message = f"{wants}, and {package.version} would be installed."
        yield _unsatisfied(dependent, message, remedy, mode)


def _unsatisfied(dependent: Package, message: str, remedy: str, mode: Mode) -> Finding:
    """Without dependency resolution nothing in the cluster looks at constraints."""
    severity = WARNING if mode == "unresolved" else None
    return VERSION.finding(message, remedy, dependent.origin, severity=severity)
