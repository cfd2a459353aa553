"""The rules for the dependencies of a package, `spec.dependsOn` (XP120 to XP129).

Crossplane's build looks at none of this; the package manager stumbles over it in the cluster.
`dependencies/model.py` says how it reads an entry.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

from xpkg_tool.dependencies.model import (
    DEPRECATED_FIELDS,
    KEYED_FIELDS,
    PACKAGE_GROUP,
    Dependency,
    entries,
    given,
    is_digest,
    object_name,
    parse_dependency,
    parse_source,
    without_identifier,
)
from xpkg_tool.diagnostics.finding import WARNING, AnyFinding, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import is_misspelt_in, shown
from xpkg_tool.lint.subject import Subject, checks, dotted
from xpkg_tool.package import types
from xpkg_tool.package.crossplane_versions import majors, severity_of_old
from xpkg_tool.package.semver import VersionError, parse_constraint
from xpkg_tool.package.types import PACKAGE_TYPES

DEPENDENCY_FORM = Rule("XP120", "dependency-form", "A dependency does not say which package it is.")
DEPENDENCY_CONFLICT = Rule("XP121", "dependency-conflict", "A dependency names several packages.")
DEPENDENCY_REDUNDANT = Rule(
    "XP122", "dependency-redundant", "A dependency names its package twice.", WARNING
)
DEPENDENCY_VERSION = Rule(
    "XP123", "dependency-version", "A dependency's version is missing or not valid."
)
DEPENDENCY_PACKAGE = Rule(
    "XP124", "dependency-package", "A dependency's package is not a valid repository."
)
DEPENDENCY_REGISTRY = Rule(
    "XP125", "dependency-registry", "A dependency's package names no registry."
)
DEPENDENCY_KIND = Rule(
    "XP126", "dependency-kind", "A dependency is of a kind that is not a package."
)
DEPENDENCY_DUPLICATE = Rule(
    "XP127", "dependency-duplicate", "Two dependencies name the same package.", WARNING
)
SELF_DEPENDENCY = Rule(
    "XP128", "self-dependency", "The package seems to depend on itself.", WARNING
)
DEPENDENCY_NAME = Rule(
    "XP129",
    "dependency-name",
    "Two dependencies would be installed under the same name.",
    WARNING,
)

# A registry that many packages are in.
_EXAMPLE = "xpkg.crossplane.io/"

# Of a repository, in characters (go-containerregistry, pkg/name/repository.go).
_LEAST_REPOSITORY = 2

_VERSIONS = {"Provider": ("v1",), "Configuration": ("v1",), "Function": ("v1", "v1beta1")}

_WHOLE = (
    "`host/repository`: the repository in lower-case letters and digits, in parts that are "
    "separated by `/`, with `.`, `_` or `-` inside a part, at most 255 characters"
)
_VERSION_REMEDY = (
    'Write a constraint as a string, for example `version: ">=v1.2.0"`, or the digest of an image, '
    "`sha256:` and 64 lower-case hexadecimal digits."
)


@checks(*types.ALL_META)
def check_depends(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for the dependencies of a meta object."""
    found: list[Dependency] = []
    for index, entry in entries(subject.value):
        path: PathOf = ("spec", "dependsOn", index)
        dependency = parse_dependency(index, entry)
        yield from _form(subject, path, entry, dependency)
        # Of what is empty one thing is enough to say.
        if any(entry.values()):
            yield from _version(subject, path, entry)
        if dependency is not None:
            found.append(dependency)
            yield from _kind(subject, dependency)
            yield from _package(subject, dependency)
    yield from _duplicates(subject, found)
    yield from _names(subject, found)
    yield from _self(subject, found)


def _form(
    subject: Subject, path: PathOf, entry: Mapping[str, Any], read: Dependency | None
) -> Iterator[Finding]:
    new, old = given(entry, KEYED_FIELDS), given(entry, DEPRECATED_FIELDS)
    remedy = (
        "Write `apiVersion`, `kind` and `package`, for example "
        "`apiVersion: pkg.crossplane.io/v1`, `kind: Provider`, "
        "`package: registry.example.org/team/provider-example`."
    )
    if len(new) < len(KEYED_FIELDS) and not old:
        absent = " and no ".join(f"`{field}`" for field in KEYED_FIELDS if field not in new)
        what = f"has no {absent}" if new else "names no package"
        if any(is_misspelt_in(entry, field) for field in (*KEYED_FIELDS, *DEPRECATED_FIELDS)):
            # That is said of the field (XP111).
            return
        yield subject.finding(DEPENDENCY_FORM, f"The dependency {what}.", remedy, path, key=True)
        return
    if read is None or (len(old) < 2 and not (new and old)):
        return
    ignored = [f for f in (*new, *old) if f != read.field and not _belongs(f, read)]
    names = " and ".join(f"`{field}`" for field in ignored)
    are = "is" if len(ignored) == 1 else "are"
    if all(_agrees(field, entry[field], read) for field in ignored):
        yield subject.finding(
            DEPENDENCY_REDUNDANT,
            f"The dependency names its package in more than one form; {names} {are} ignored.",
            f"Remove {names}.",
            (*path, ignored[0]),
            key=True,
        )
    else:
        yield subject.finding(
            DEPENDENCY_CONFLICT,
            f"The dependency names more than one package: the package manager uses `{read.field}` "
            f"and ignores {names}.",
            "Keep one of them, and give the other package its own entry.",
            (*path, ignored[0]),
            key=True,
        )


def _belongs(field: str, read: Dependency) -> bool:
    return read.field == "package" and field in KEYED_FIELDS


def _agrees(field: str, value: Any, read: Dependency) -> bool:
    """Whether an ignored field says the same as those that count."""
    if field in DEPRECATED_FIELDS:
        return field.capitalize() == read.kind and value == read.package
    wanted = {"apiVersion": read.api_version, "kind": read.kind, "package": read.package}
    return bool(value == wanted[field])


def _version(subject: Subject, path: PathOf, entry: Mapping[str, Any]) -> Iterator[AnyFinding]:
    version = entry.get("version")
    problem = "The dependency has no `version`"
    if isinstance(version, str) and version:
        if is_digest(version):
            return
        # Packages without dependencies need not wait for it.
        from xpkg_tool.lint.dialects import check_dependency_dialect

        try:
            parse_constraint(version)
            yield from check_dependency_dialect(subject, (*path, "version"), version)
            return
        except VersionError as error:
            problem = f"The dependency's version is not valid: {error}"
        if re.match(r"sha\d+:", version):
            problem = "The dependency's version is not the digest of an image"
    elif version not in (None, "") or is_misspelt_in(entry, "version"):
        return
    yield subject.finding(
        DEPENDENCY_VERSION,
        f"{problem}.",
        _VERSION_REMEDY,
        (*path, "version"),
        key=version in (None, ""),
    )


def _kind(subject: Subject, dependency: Dependency) -> Iterator[Finding]:
    """The new form names any kind: what installs it must behave like a package of Crossplane. The
    kinds of Crossplane's own group are known, and Kubernetes' own kinds are no packages."""
    group, _, version = dependency.api_version.rpartition("/")
    kind = dependency.kind
    if group in (PACKAGE_GROUP, types.META_GROUP):
        if group == PACKAGE_GROUP and version in _VERSIONS.get(kind, ()):
            return
        field = "apiVersion" if kind in _VERSIONS else "kind"
    elif "." not in group or group.endswith(".k8s.io"):
        field = "apiVersion" if kind in PACKAGE_TYPES else "kind"
    else:
        return
    guess = f"`kind: {kind}`" if kind in PACKAGE_TYPES else "a `kind` of Provider, Configuration"
    guess += "" if kind in PACKAGE_TYPES else " or Function"
    yield subject.finding(
        DEPENDENCY_KIND,
        f"{kind} ({dependency.api_version}) is not a package that the package manager can install.",
        f"Write `apiVersion: {PACKAGE_GROUP}/v1` and {guess}.",
        (*dependency.path, field),
    )


def _package(subject: Subject, dependency: Dependency) -> Iterator[Finding]:
    package, path = dependency.package, (*dependency.path, dependency.field)
    harmless = without_user(package)
    if harmless != package:
        host_on = without_identifier(harmless.partition("@")[2])
        yield subject.finding(
            DEPENDENCY_PACKAGE,
            f"{shown(package)} cannot contain a user name or password (there is text before an "
            "`@`).",
            f"{_named(host_on)}. A cluster has them from the Secrets in `packagePullSecrets`.",
            path,
        )
        return
    bare = without_identifier(package)
    if bare != package:
        yield subject.finding(
            DEPENDENCY_PACKAGE,
            f"{shown(package)} has a tag or a digest; the package manager appends its own.",
            f"{_named(bare)}, and put the version or digest into `version`.",
            path,
        )
        return
    source = parse_source(package)
    if source is None:
        yield subject.finding(
            DEPENDENCY_PACKAGE,
            f"{shown(package)} is not a valid package reference.",
            f"Write {_WHOLE}.",
            path,
        )
    elif not source.registry and "." in package and "/" not in package:
        yield subject.finding(
            DEPENDENCY_PACKAGE,
            f"{shown(package)} looks like a registry's host, and names no repository.",
            f"Write {_WHOLE}.",
            path,
        )
    elif not source.registry:
        yield from _no_registry(subject, package, path)
    elif len(source.repository) < _LEAST_REPOSITORY:
        yield subject.finding(
            DEPENDENCY_PACKAGE,
            f"The repository in {shown(package)} has {len(source.repository)} character; to the "
            f"package manager, no repository has fewer than {_LEAST_REPOSITORY}.",
            "Publish the package under a longer name.",
            path,
        )
    elif "." not in source.registry:
        yield from _no_dot(subject, package, source.registry, path)


def _named(package: str) -> str:
    """How to write the name of a package, without the final dot. What is proposed is right: nothing
    of it is cut, and a name that cannot be right is not repeated."""
    source = parse_source(package)
    if source is None:
        return "Write `host/repository`, without a tag or a digest"
    if not source.registry:
        return f"Write the registry's host before it, for example `{_EXAMPLE}{package}`"
    return f"Write `{package}`"


def _no_registry(subject: Subject, package: str, path: PathOf) -> Iterator[Finding]:
    """Crossplane 1 took such a name for one in its default registry. Crossplane 2 has none, and
    its Provider, Configuration and Function refuse the name."""
    severity = severity_of_old(majors(subject.value))
    if severity is not None:
        yield subject.finding(
            DEPENDENCY_REGISTRY,
            f"{shown(package)} names no registry; Crossplane 2 has no default registry.",
            f"{_named(package)}.",
            path,
            severity=severity,
        )


def _no_dot(subject: Subject, package: str, registry: str, path: PathOf) -> Iterator[Finding]:
    """The same kinds of Crossplane 2 refuse a registry without a dot in its host."""
    severity = severity_of_old(majors(subject.value))
    if severity is not None:
        yield subject.finding(
            DEPENDENCY_REGISTRY,
            f"The host of the registry in {shown(package)}, `{registry}`, has no dot; Crossplane 2 "
            "takes no such registry.",
            "Write the full name of the host, such as `registry.example.org`, or its address.",
            path,
            severity=severity,
        )


def _duplicates(subject: Subject, found: list[Dependency]) -> Iterator[Finding]:
    first: dict[str, Dependency] = {}
    for dependency in found:
        before = first.setdefault(dependency.package, dependency)
        if before is not dependency:
            yield subject.finding(
                DEPENDENCY_DUPLICATE,
                f"{shown(dependency.package)} is already a dependency, at `{dotted(before.path)}`.",
                "Keep one entry; join several constraints with commas.",
                (*dependency.path, dependency.field),
            )


def _names(subject: Subject, found: list[Dependency]) -> Iterator[Finding]:
    first: dict[tuple[str, str], Dependency] = {}
    for dependency in found:
        if without_user(dependency.package) != dependency.package:
            continue
        name = object_name(dependency.package)
        before = first.setdefault((dependency.kind, name), dependency)
        if before.package != dependency.package:
            yield subject.finding(
                DEPENDENCY_NAME,
                f"The package manager would install {shown(dependency.package)} under the name "
                f"{name}, as it does {shown(before.package)}: only one of them is installed.",
                "Write one spelling of the source if they are the same package. Otherwise, install "
                "one of them yourself, with another name.",
                (*dependency.path, dependency.field),
            )


def _self(subject: Subject, found: list[Dependency]) -> Iterator[Finding]:
    name, kind = subject.get("metadata", "name"), subject.value.get("kind")
    for dependency in found:
        if dependency.kind == kind and dependency.package.rpartition("/")[2] == name:
            yield subject.finding(
                SELF_DEPENDENCY,
                f"The {kind} seems to depend on itself: the dependency has the same name, {name}.",
                "Remove it. If it is another package of the same name, rename this one.",
                (*dependency.path, dependency.field),
            )
