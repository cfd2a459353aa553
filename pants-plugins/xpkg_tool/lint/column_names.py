"""Printer columns with the same name (XP410), in whatever defines a type."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import parts, shown
from xpkg_tool.lint.subject import Subject, checks, dotted
from xpkg_tool.package import types

COLUMN_TWICE = Rule("XP410", "column-twice", "Two printer columns have the same name.", WARNING)

_COLUMNS = "additionalPrinterColumns"


@checks(types.CRD, types.XRD_V1, types.XRD_V2, types.MANAGED_DEFINITION)
def check_column_names(subject: Subject) -> Iterator[Finding]:
    """A warning for each column with the name of an earlier one of the same version."""
    for path, columns in parts(subject.value, f"spec.versions[].{_COLUMNS}"):
        first: dict[str, PathOf] = {}
        for index, column in enumerate(columns if isinstance(columns, list) else ()):
            name = column.get("name") if isinstance(column, dict) else None
            if not isinstance(name, str) or not name:
                continue
            at = (*path, index)
            before = first.setdefault(name, at)
            if before != at:
                yield subject.finding(
                    COLUMN_TWICE,
                    f"The version already has a printer column {shown(name)}, at "
                    f"`{dotted(before)}`.",
                    "Rename or remove one of them: `kubectl get` shows both under the same "
                    "heading.",
                    (*at, "name"),
                )
