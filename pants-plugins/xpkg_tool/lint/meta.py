"""The rules for the meta object (XP105, XP107 to XP111), but for its dependencies.

Crossplane's own build reads the object into a Go type: a value of another type fails it, a field
that the type does not have is dropped. The shapes are those of Crossplane 2 (apis/pkg/meta).
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import ERROR, WARNING, AnyFinding, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import shown, unknown_field, wrong_type
from xpkg_tool.lint.metadata import LONGEST_LABEL_VALUE, SUBDOMAIN, check_keys, check_times
from xpkg_tool.lint.shapes import STRING, ListOf, Struct, mismatches, object_with, strings
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.package import types
from xpkg_tool.package.names import is_dns_subdomain
from xpkg_tool.package.semver import VersionError, parse_constraint

CROSSPLANE_VERSION = Rule(
    "XP105", "crossplane-version", "The version constraint for Crossplane is not valid.", fatal=True
)
# Crossplane does not use the name, but its build refuses one that is not a string.
META_FIELD = Rule(
    "XP107",
    "meta-field",
    "The meta object has no name, or its name is not a string.",
    WARNING,
    fatal=True,
    also=ERROR,
)
META_TYPE = Rule("XP108", "meta-type", "A field of the meta object has the wrong type.", fatal=True)
META_NAME = Rule(
    "XP109", "meta-name", "The package's name is not a valid name of a Kubernetes object.", WARNING
)
META_UNKNOWN_FIELD = Rule(
    "XP110", "meta-unknown-field", "The meta object has an unknown field.", WARNING
)
META_MISSPELT = Rule("XP111", "meta-misspelt-field", "A field of the meta object is misspelt.")

_DEPENDENCY = Struct(
    strings("apiVersion", "kind", "package", "provider", "configuration", "function", "version")
)
META = object_with(
    spec=Struct(
        {
            "crossplane": Struct(strings("version")),
            "dependsOn": ListOf(_DEPENDENCY),
            "capabilities": ListOf(STRING),
        }
    )
)


_HINTS: dict[PathOf, str] = {
    ("spec", "controller"): (
        "Remove it: the field is of Crossplane 1; Crossplane 2 runs the package's own image. "
        "Permissions come from a DeploymentRuntimeConfig and RBAC."
    ),
    ("spec", "image"): (
        "Remove it: the field is of Crossplane 1; Crossplane 2 runs the package's own image."
    ),
}


@checks(*types.ALL_META)
def check_meta(subject: Subject) -> Iterator[AnyFinding]:
    """All findings for a meta object of a known kind."""
    for mismatch in mismatches(subject.value, META):
        if mismatch.is_null_entry:
            # A dependency that is null names no package.
            continue
        if mismatch.expected is not None:
            yield wrong_type(subject, _rule(mismatch.path), mismatch)
        elif mismatch.nearest:
            yield unknown_field(subject, META_MISSPELT, mismatch)
        else:
            hint = _HINTS.get(mismatch.path, "")
            yield unknown_field(subject, META_UNKNOWN_FIELD, mismatch, hint=hint)
    yield from _name(subject)
    yield from check_keys(subject)
    yield from check_times(subject, META_TYPE)
    yield from _crossplane_version(subject)


def _rule(path: PathOf) -> Rule:
    if path[:2] == ("spec", "crossplane"):
        return CROSSPLANE_VERSION
    return META_FIELD if path == ("metadata", "name") else META_TYPE


def _name(subject: Subject) -> Iterator[Finding]:
    metadata = subject.value.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        return
    name = (metadata or {}).get("name")
    path = ("metadata", "name")
    if name in (None, ""):
        yield subject.finding(
            META_FIELD,
            "The meta object has no `metadata.name`.",
            "Name the package, for example `provider-example`: file names are derived from it.",
            path,
        )
    elif isinstance(name, str) and not is_dns_subdomain(name):
        yield subject.finding(
            META_NAME,
            f"{shown(name)} is not a valid RFC 1123 subdomain, so the package cannot be installed "
            "under this name.",
            f"Use {SUBDOMAIN}.",
            path,
        )
    # The name of an installed package becomes a label's value.
    elif isinstance(name, str) and len(name) > LONGEST_LABEL_VALUE:
        yield subject.finding(
            META_NAME,
            f"The name must be no more than {LONGEST_LABEL_VALUE} characters, as the name of an "
            f"installed package; it has {len(name)}.",
            "Shorten it.",
            path,
        )


def _crossplane_version(subject: Subject) -> Iterator[AnyFinding]:
    crossplane = subject.get("spec", "crossplane")
    if not isinstance(crossplane, dict):
        return
    version = crossplane.get("version")
    path: PathOf = ("spec", "crossplane", "version")
    problem = "`spec.crossplane` has no version constraint"
    if isinstance(version, str):
        # Packages without a constraint need not wait for it.
        from xpkg_tool.lint.dialects import check_crossplane_dialect

        try:
            parse_constraint(version)
            yield from check_crossplane_dialect(subject, path, version)
            return
        except VersionError as error:
            problem = f"The version constraint for Crossplane is not valid: {error}"
    elif version is not None:
        return
    yield subject.finding(
        CROSSPLANE_VERSION,
        f"{problem}.",
        'Write it as a string, for example `version: ">=v1.14.0-0"`; join several with commas '
        "(and) or `||` (or).",
        path,
        key=version is None,
    )
