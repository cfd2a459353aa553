"""Printer columns with the same name (XP410), in whatever defines a type."""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics import codes
from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.lint.fields import parts, shown
from xpkg_tool.lint.shapes import PathOf
from xpkg_tool.lint.subject import Subject, dotted

_COLUMNS = "additionalPrinterColumns"


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
                    codes.COLUMN_TWICE,
                    f"The version has a printer column {shown(name)} already, at "
                    f"`{dotted(before)}`.",
                    "Rename or remove one of the two: `kubectl get` shows both under one heading.",
                    (*at, "name"),
                    severity=WARNING,
                )
