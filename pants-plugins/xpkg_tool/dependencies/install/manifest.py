"""The manifest that installs packages: objects of pkg.crossplane.io/v1, for GitOps or kubectl.

It has the whole closure, each object under the name that the package manager itself would give it.
So nothing that the package manager installs on its own can be there twice, whatever it does first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping

from xpkg_tool.dependencies.install.checks import check
from xpkg_tool.dependencies.install.closure import closure_of
from xpkg_tool.dependencies.install.model import Closure, Form, Mode, Package
from xpkg_tool.dependencies.install.options import (
    of_package,
    override_twice,
    own_problems,
    problems,
    spec_fields,
    unknown_override,
)
from xpkg_tool.dependencies.install.places import Places
from xpkg_tool.dependencies.install.yaml_text import to_yaml
from xpkg_tool.dependencies.model import PACKAGE_GROUP
from xpkg_tool.diagnostics.finding import Finding, has_errors, in_order
from xpkg_tool.messages.install import InstallOptions

_NO_OPTIONS = InstallOptions()
API_VERSION = f"{PACKAGE_GROUP}/v1"


@dataclass(frozen=True)
class InstallTarget:
    """What to install and how: `roots` are the sources of the packages that are asked for.

    `overrides` has the options of single packages, by their source or by what they come from.
    `place` is where the target is defined, and `command` what writes the lock, for messages."""

    place: str
    roots: tuple[str, ...]
    mode: Mode = "tag"
    options: InstallOptions = _NO_OPTIONS
    overrides: Mapping[str, InstallOptions] = field(default_factory=dict)
    command: str = "xpkg lock"


@dataclass(frozen=True)
class Manifest:
    """The closure, its objects in the same order, and what is wrong with it. Where that has errors,
    the objects are not to be used."""

    closure: Closure
    objects: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        return has_errors(self.findings)

    @property
    def text(self) -> str:
        """The manifest as YAML; the same closure and options always have the same bytes."""
        return to_yaml(self.objects)


def make_manifest(
    target: InstallTarget, available: Iterable[Package], places: Places | None = None
) -> Manifest:
    """The manifest for the closure of the target among the packages that are available. Without
    `places`, findings are shown at what a package comes from."""
    places = places or Places(target.place)
    resolved = target.mode != "unresolved"
    closure, missing = closure_of(
        target.roots, available, places, command=target.command, resolved=resolved
    )
    own = {p.source: _own(p, target.overrides) for p in closure.packages}
    forms = {p.source: _form(own[p.source][1], target.mode) for p in closure.packages}
    findings = (
        *missing,
        *problems(target.options, "", target.place),
        *_override_problems(target, closure),
        *check(closure, target.mode, forms, places),
        *_own_problems(target, closure, own),
    )
    objects = tuple(
        package_object(
            package.kind,
            package.object_name,
            package.reference(forms[package.source]),
            of_package(package, target.options, own[package.source][1], target.mode),
        )
        for package in closure.packages
    )
    return Manifest(closure, objects, in_order(findings))


def package_object(
    kind: str, name: str, reference: str, options: InstallOptions
) -> Mapping[str, Any]:
    """The object that installs the package `reference`."""
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"package": reference, **dict(spec_fields(options))},
    }


def _own(package: Package, overrides: Mapping[str, InstallOptions]) -> tuple[str, InstallOptions]:
    """The options of one package, and what they are called in messages."""
    for key in package.names:
        if key in overrides:
            return f"overrides[{key!r}].", overrides[key]
    return "", _NO_OPTIONS


def _form(own: InstallOptions, mode: Mode) -> Form:
    forms: tuple[Form, ...] = ("tag", "digest", "tag@digest")
    given = next((form for form in forms if form == own.reference), None)
    return given or ("tag" if mode == "tag" else "digest")


def _override_problems(target: InstallTarget, closure: Closure) -> Iterator[Finding]:
    known = {name: None for package in closure.packages for name in package.names}
    for key, options in sorted(target.overrides.items()):
        yield from problems(options, f"overrides[{key!r}].", target.place)
        if key not in known:
            yield unknown_override(key, known, target.place)
    for package in closure.packages:
        keys = [name for name in package.names if name in target.overrides]
        if len(keys) > 1:
            yield override_twice(keys, package, target.place)


def _own_problems(
    target: InstallTarget, closure: Closure, own: Mapping[str, tuple[str, InstallOptions]]
) -> Iterator[Finding]:
    dependents = closure.dependents()
    for package in closure.packages:
        where, options = own[package.source]
        needed = package.source in dependents
        yield from own_problems(package, options, where, target.place, target.mode, needed=needed)
