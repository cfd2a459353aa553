"""Of a version: its printer columns, its subresources, and the fields to select objects by."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.kubernetes.openapi.field_path import FieldPathError, resolve
from xpkg_tool.lint.fields import WRONG_TYPE, shown
from xpkg_tool.lint.subject import Subject, dotted

CRD_COLUMN = Rule("XP405", "crd-column", "A printer column of a CRD is not valid.")
CRD_SUBRESOURCE = Rule("XP406", "crd-subresource", "A subresource of a CRD is not valid.")
CRD_SELECTABLE = Rule("XP407", "crd-selectable", "A selectable field of a CRD is not valid.")

COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_SELECTABLE_TYPES = ("boolean", "integer", "string")
_MOST_SELECTABLE = 8


def check_int32(subject: Subject, path: PathOf) -> Iterator[Finding]:
    """A number that is too large for the Go type, on which the build fails."""
    value = subject.get(*path)
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        yield subject.finding(
            WRONG_TYPE,
            f"`{dotted(path)}` must be a 32-bit integer, got {value}.",
            "Write a smaller number.",
            path,
        )


def check_columns(subject: Subject, path: PathOf, columns: Any) -> Iterator[Finding]:
    """`additionalPrinterColumns` of the version at `path` (XP405)."""
    for index, column in enumerate(columns if isinstance(columns, list) else ()):
        place = (*path, "additionalPrinterColumns", index)
        if not isinstance(column, dict):
            continue
        for field, remedy in (
            ("name", "Add the heading of the column."),
            ("type", f"Add one of {', '.join(COLUMN_TYPES)}."),
            ("jsonPath", "Add the path of the field to show, such as `.spec.region`."),
        ):
            if column.get(field) in (None, ""):
                message = f"The printer column has no `{field}`."
                where = (*place, field)
                yield subject.finding(CRD_COLUMN, message, remedy, where, key=True)
        yield from _one_of(subject, place, column, "type", COLUMN_TYPES)
        yield from check_format(subject, place, column)
        json_path = column.get("jsonPath")
        if isinstance(json_path, str) and json_path and not json_path.startswith("."):
            yield subject.finding(
                CRD_COLUMN,
                f"The path {shown(json_path)} does not begin with a dot.",
                f"Write {shown(plain_path(json_path))}, without braces or `$`.",
                (*place, "jsonPath"),
            )


def plain_path(json_path: str) -> str:
    """The path in the form that a printer column has: `.spec.a` for `{.spec.a}` or `$.spec.a`."""
    return f".{json_path.strip().strip('{}').lstrip('$.')}"


def check_format(subject: Subject, place: PathOf, column: Mapping[str, Any]) -> Iterator[Finding]:
    """The format and the priority of the printer column at `place`, as in an XRD (XP405)."""
    yield from _one_of(subject, place, column, "format", _FORMATS)
    yield from check_int32(subject, (*place, "priority"))


def _one_of(
    subject: Subject, place: PathOf, column: Mapping[str, Any], field: str, known: tuple[str, ...]
) -> Iterator[Finding]:
    value = column.get(field)
    if isinstance(value, str) and value and value not in known:
        yield subject.finding(
            CRD_COLUMN,
            f"{shown(value)} is not a valid `{field}` of a printer column.",
            f"Use one of {', '.join(known)}.",
            (*place, field),
        )


def check_subresources(subject: Subject, path: PathOf, subresources: Any) -> Iterator[Finding]:
    """`subresources` of the version at `path` (XP406)."""
    scale = subresources.get("scale") if isinstance(subresources, dict) else None
    if not isinstance(scale, dict):
        return
    for field, roots, needed in (
        ("specReplicasPath", (".spec.",), True),
        ("statusReplicasPath", (".status.",), True),
        ("labelSelectorPath", (".spec.", ".status."), False),
    ):
        value = scale.get(field)
        place = (*path, "subresources", "scale", field)
        example = f"{roots[-1]}{'replicas' if needed else 'selector'}"
        if value is None or value == "":
            if needed:
                yield subject.finding(
                    CRD_SUBRESOURCE,
                    f"The subresource `scale` has no `{field}`.",
                    f"Add it, for example `{field}: {example}`.",
                    place,
                    key=True,
                )
        elif isinstance(value, str) and not value.startswith(roots):
            wanted = " or ".join(f"`{root}`" for root in roots)
            yield subject.finding(
                CRD_SUBRESOURCE,
                f"The `{field}` of the subresource `scale` must be a path under {wanted}.",
                f"Write a path such as `{example}`.",
                place,
            )


def check_selectable(subject: Subject, path: PathOf, fields: Any, schema: Any) -> Iterator[Finding]:
    """`selectableFields` of the version at `path`, which has this schema (XP407)."""
    seen: set[tuple[str, ...]] = set()
    for index, field in enumerate(fields if isinstance(fields, list) else ()):
        place = (*path, "selectableFields", index, "jsonPath")
        json_path = field.get("jsonPath") if isinstance(field, dict) else None
        if json_path is None or json_path == "":
            message = "The selectable field has no `jsonPath`."
            remedy = "Add it, or remove the item."
            yield subject.finding(CRD_SELECTABLE, message, remedy, place, key=True)
        elif isinstance(json_path, str):
            problem = _selectable_problem(json_path, schema, seen)
            if problem:
                yield subject.finding(
                    CRD_SELECTABLE,
                    f"Objects cannot be selected by {shown(json_path)}: {problem}.",
                    "Name a field of the schema with a simple type, such as `.spec.region`.",
                    place,
                )
    if len(seen) > _MOST_SELECTABLE:
        yield subject.finding(
            CRD_SELECTABLE,
            f"There must be at most {_MOST_SELECTABLE} selectable fields, but there are "
            f"{len(seen)}.",
            "Remove some.",
            (*path, "selectableFields"),
            key=True,
        )


def _selectable_problem(json_path: str, schema: Any, seen: set[tuple[str, ...]]) -> str:
    try:
        names, found = resolve(
            json_path, schema if isinstance(schema, dict) else {}, brackets=False
        )
    except FieldPathError as error:
        return str(error)
    problem = ""
    if names[:1] == ("metadata",):
        problem = "it is part of the metadata"
    elif found is None or found.get("type") not in _SELECTABLE_TYPES:
        problem = f"its type is not one of {', '.join(_SELECTABLE_TYPES)}"
    elif names in seen:
        problem = "it is there twice"
    seen.add(names)
    return problem
