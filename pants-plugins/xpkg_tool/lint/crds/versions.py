"""The versions of a CustomResourceDefinition: which there are, and what each of them says."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.crds.columns import check_columns, check_selectable, check_subresources
from xpkg_tool.lint.fields import invalid, repeated, shown
from xpkg_tool.lint.schemas.check import check_schema
from xpkg_tool.lint.subject import Subject, dotted

CRD_VERSIONS = Rule("XP401", "crd-versions", "Two versions of a CRD have the same name.")
CRD_STORAGE = Rule("XP402", "crd-storage", "A CRD does not have exactly one storage version.")
CRD_SERVED = Rule("XP403", "crd-served", "No version of a CRD is served.", WARNING)

_PATH = ("spec", "versions")
_LONGEST_WARNING = 256


def check_versions(subject: Subject) -> Iterator[Finding]:
    """All findings for `spec.versions`."""
    versions = subject.get(*_PATH)
    if versions is not None and not isinstance(versions, list):
        return
    if not versions:
        yield subject.finding(
            CRD_STORAGE,
            "`spec.versions` is missing or empty, so there is no storage version.",
            "Add a version: `{name: v1, served: true, storage: true, schema: ...}`.",
            _PATH,
            key=True,
        )
        return
    known = [(i, version) for i, version in enumerate(versions) if isinstance(version, dict)]
    yield from _storage(subject, known)
    if known and not any(version.get("served") for _, version in known):
        yield subject.finding(
            CRD_SERVED,
            "No version is served, so nobody can use the type.",
            "Write `served: true` for a version.",
            _PATH,
            key=True,
        )
    for again, first, name in repeated(subject.value, "spec.versions", "name"):
        yield subject.finding(
            CRD_VERSIONS,
            f"There is already a version {shown(name)}, at `{dotted(first[:-1])}`.",
            "Remove one of them, or give it another name.",
            again,
        )
    for index, version in known:
        yield from check_deprecation(subject, (*_PATH, index), version)
        yield from _content(subject, index, version)


def _storage(
    subject: Subject, versions: Sequence[tuple[int, Mapping[str, Any]]]
) -> Iterator[Finding]:
    stored = [index for index, version in versions if version.get("storage") is True]
    if not stored:
        yield subject.finding(
            CRD_STORAGE,
            "There must be exactly one version with `storage: true`, but there is none.",
            "Write `storage: true` for one version.",
            _PATH,
            key=True,
        )
    for index in stored[1:]:
        yield subject.finding(
            CRD_STORAGE,
            f"There must be exactly one version with `storage: true`, but there are {len(stored)}.",
            "Write `storage: false` for all but one.",
            (*_PATH, index, "storage"),
        )


def check_deprecation(
    subject: Subject, path: PathOf, version: Mapping[str, Any]
) -> Iterator[Finding]:
    """`deprecationWarning` of the version at `path`, of a CRD or an XRD."""
    text = version.get("deprecationWarning")
    if not isinstance(text, str):
        return
    problem, remedy = "", "Write a warning of one line."
    if version.get("deprecated") is not True:
        problem = "is only allowed for deprecated versions"
        remedy = "Add `deprecated: true` to the version, or remove the warning."
    elif not text:
        problem = "is empty"
    elif len(text.encode("utf-8", "replace")) > _LONGEST_WARNING:
        problem, remedy = f"has more than {_LONGEST_WARNING} bytes", "Shorten it."
    elif not text.isprintable():
        problem = "contains a line break or another non-printable character"
    if problem:
        yield invalid(subject, (*path, "deprecationWarning"), problem, remedy)


def _content(subject: Subject, index: int, version: Mapping[str, Any]) -> Iterator[Finding]:
    path = (*_PATH, index)
    place = (*path, "schema", "openAPIV3Schema")
    schema = subject.get(*place)
    subresources = version.get("subresources")
    if schema is not None:
        status = isinstance(subresources, dict) and isinstance(subresources.get("status"), dict)
        yield from check_schema(subject, place, schema, status=status)
    yield from check_columns(subject, path, version.get("additionalPrinterColumns"))
    yield from check_subresources(subject, path, subresources)
    yield from check_selectable(subject, path, version.get("selectableFields"), schema)
