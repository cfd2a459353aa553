"""The rules for definitions of managed resources, and for the policies that activate them.

Both are of apiextensions.crossplane.io/v1alpha1. A ManagedResourceDefinition is what a
CustomResourceDefinition is, with a state: Crossplane makes the latter of it when it is activated.
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.files.globs import BadPattern, matches
from xpkg_tool.lint.crds.shape import SCHEMA
from xpkg_tool.lint.fields import (
    check_shape,
    choice,
    invalid,
    parts,
    required,
    required_booleans,
)
from xpkg_tool.lint.metadata import check_metadata
from xpkg_tool.lint.shapes import (
    ANYTHING,
    BOOLEAN,
    STRING,
    ListOf,
    MapOf,
    Struct,
    object_with,
    strings,
)
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.lint.type_names import NAMES, check_type_names
from xpkg_tool.package import types

_VERSION = Struct(
    {
        "name": STRING,
        **dict.fromkeys(("served", "storage", "deprecated"), BOOLEAN),
        "deprecationWarning": STRING,
        "schema": SCHEMA,
        "subresources": ANYTHING,
        "additionalPrinterColumns": ListOf(ANYTHING),
        "selectableFields": ListOf(ANYTHING),
    }
)
_STATUS = MapOf(ANYTHING)
DEFINITION = object_with(
    spec=Struct(
        {
            "group": STRING,
            "names": NAMES,
            "scope": STRING,
            "versions": ListOf(_VERSION),
            "conversion": ANYTHING,
            "preserveUnknownFields": BOOLEAN,
            "connectionDetails": ListOf(Struct(strings("name", "description"))),
            "state": STRING,
        }
    ),
    status=_STATUS,
)
ACTIVATION_POLICY = object_with(spec=Struct({"activate": ListOf(STRING)}), status=_STATUS)

_REQUIRED = (
    "spec",
    "spec.group",
    "spec.names",
    "spec.names.kind",
    "spec.names.plural",
    "spec.scope",
    "spec.versions",
    "spec.versions[].name",
    "spec.connectionDetails[].name",
    "spec.connectionDetails[].description",
)
_BOOLEANS = ("spec.versions[].served", "spec.versions[].storage")


@checks(types.MANAGED_DEFINITION)
def check_managed_definition(subject: Subject) -> Iterator[Finding]:
    """All findings for a ManagedResourceDefinition."""
    yield from check_shape(subject, DEFINITION)
    yield from check_metadata(subject)
    yield from required(subject, _REQUIRED)
    yield from required_booleans(subject, _BOOLEANS)
    yield from choice(subject, "spec.scope", ("Namespaced", "Cluster"))
    yield from choice(subject, "spec.state", ("Active", "Inactive"))
    yield from check_type_names(subject, "names")


@checks(types.ACTIVATION_POLICY)
def check_activation_policy(subject: Subject) -> Iterator[Finding]:
    """All findings for a ManagedResourceActivationPolicy."""
    yield from check_shape(subject, ACTIVATION_POLICY)
    yield from check_metadata(subject)
    yield from required(subject, ("spec", "spec.activate"))
    if subject.get("spec", "activate") == []:
        yield invalid(
            subject,
            ("spec", "activate"),
            "is empty, so the policy activates nothing",
            "Name resources, for example `buckets.example.org`, or `*.example.org` for a whole "
            "group.",
        )
    for path, pattern in parts(subject.value, "spec.activate[]"):
        try:
            matches(pattern if isinstance(pattern, str) else "", "")
        except BadPattern as error:
            why = f"matches nothing, since {error.problem}"
            yield invalid(subject, path, why, "Fix the pattern, or name the resource.")
