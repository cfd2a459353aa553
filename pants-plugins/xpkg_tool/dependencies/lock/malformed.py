"""Entries of `spec.dependsOn` that name no package: a lock would leave them out."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.dependencies.model import (
    DEPRECATED_FIELDS,
    KEYED_FIELDS,
    PACKAGE_GROUP,
    given,
    parse_dependency,
)
from xpkg_tool.diagnostics.finding import Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.package.types import PACKAGE_TYPES

LOCK_ENTRY = Rule("XP158", "lock-entry", "A dependency cannot be looked up.")

_FORM = (
    "Write `apiVersion`, `kind` and `package`, for example `apiVersion: pkg.crossplane.io/v1`, "
    "`kind: Provider`, `package: registry.example.org/team/provider-example`."
)


def malformed_entries(meta: Meta, remedy: str = "") -> Iterator[Finding]:
    """A finding for each entry that names no package, with this remedy instead of that for whoever
    writes the file."""

    def finding(path: PathOf, what: str, key: bool = False) -> Finding:
        place = locate(meta.document, path, key=key)
        return LOCK_ENTRY.finding(
            f"{what}, so nothing can be locked for it.",
            remedy or _FORM,
            meta.document.path,
            place,
            meta.label,
        )

    spec = meta.value.get("spec")
    if not isinstance(spec, dict):
        if spec is not None:
            yield finding(("spec",), "`spec` is not a mapping")
        return
    listed = spec.get("dependsOn")
    if not isinstance(listed, list):
        if listed is not None:
            yield finding(("spec", "dependsOn"), "`spec.dependsOn` is not a list")
        return
    for index, entry in enumerate(listed):
        path: PathOf = ("spec", "dependsOn", index)
        if not isinstance(entry, dict):
            yield finding(path, "The dependency is not a mapping")
            continue
        dependency = parse_dependency(index, entry)
        if dependency is None:
            field, what = _fault(entry)
            yield finding((*path, field) if field else path, what)
        elif (
            dependency.api_version.partition("/")[0] == PACKAGE_GROUP
            and dependency.kind not in PACKAGE_TYPES
        ):
            kinds = f"{', '.join(PACKAGE_TYPES)}"
            yield finding(
                (*path, "kind"),
                f"{cut(dependency.kind)} ({cut(dependency.api_version)}) is none of the packages "
                f"that Crossplane installs ({kinds})",
            )


def _fault(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The field that keeps an entry from naming a package, if there is one, and why."""
    keyed = given(entry, KEYED_FIELDS)
    if len(keyed) == len(KEYED_FIELDS):
        field = next(field for field in KEYED_FIELDS if not isinstance(entry[field], str))
        return field, f"The dependency's `{field}` is not a string"
    old = given(entry, DEPRECATED_FIELDS)
    if old:
        return old[0], f"The dependency's `{old[0]}` is not a string"
    if keyed:
        absent = " and no ".join(f"`{field}`" for field in KEYED_FIELDS if field not in keyed)
        return "", f"The dependency has no {absent}"
    return "", "The dependency names no package"
