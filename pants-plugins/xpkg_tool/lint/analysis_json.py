"""What files contain, as JSON: a large package is read in parts, each by its own process.

The texts of documents are in a file beside it. The values of meta objects are read again.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from xpkg_tool.diagnostics.finding import Finding, Position, ReleaseFinding
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stored import Place, StoredDocument, Texts
from xpkg_tool.documents.stream import AnyDocument
from xpkg_tool.documents.suppressions import Suppression
from xpkg_tool.messages.codec import to_json as by_name
from xpkg_tool.package.file import FileAnalysis, Object
from xpkg_tool.package.summary import Definition, Facts, Pipeline, Step, Use, Version
from xpkg_tool.package.types import ObjectKind


def to_json(analysis: FileAnalysis, texts: Texts) -> dict[str, Any]:
    """The analysis of a file. The texts of its documents are added to `texts`."""
    return {
        "path": analysis.path,
        "whole": analysis.whole,
        "objects": list(_objects(analysis, texts)),
        "findings": [finding.to_json() for finding in analysis.findings],
        "suppressions": [by_name(suppression) for suppression in analysis.suppressions],
        "releaseFindings": [finding.to_json() for finding in analysis.release_findings],
    }


def from_json(stored: Mapping[str, Any], texts: str) -> FileAnalysis:
    """The inverse of `to_json`; the texts are in the file `texts`."""
    path = stored["path"]
    objects = tuple(_object(path, entry, texts) for entry in stored["objects"])
    return FileAnalysis(
        path,
        objects,
        tuple((object, _value(object.document)) for object in objects if object.is_meta),
        tuple(Finding.from_json(finding) for finding in stored["findings"]),
        stored["whole"],
        tuple(_suppression(entry) for entry in stored["suppressions"]),
        tuple(ReleaseFinding.from_json(finding) for finding in stored["releaseFindings"]),
    )


def _value(document: AnyDocument) -> Any:
    try:
        return load(document)
    # The object was read, so it is an example of which Kubernetes would lose something.
    except DocumentError as error:
        return error.value


def _objects(analysis: FileAnalysis, texts: Texts) -> Iterator[dict[str, Any]]:
    for object in analysis.objects:
        document = object.document
        place = texts.add(document.data)
        yield {
            "apiVersion": object.kind.api_version,
            "kind": object.kind.kind,
            "name": object.name,
            "facts": _facts(object.facts),
            "number": document.number,
            "line": document.line,
            "column": document.column,
            "text": [place.start, place.packed, place.size],
        }


def _object(path: str, entry: Mapping[str, Any], texts: str) -> Object:
    place = Place(*entry["text"])
    document = StoredDocument(path, entry["number"], entry["line"], entry["column"], texts, place)
    kind = ObjectKind(entry["apiVersion"], entry["kind"])
    return Object(document, kind, entry["name"], _facts_of(entry["facts"]))


def _facts(facts: Facts) -> dict[str, Any] | None:
    return None if facts is None else {type(facts).__name__: by_name(facts)}


def _facts_of(stored: Mapping[str, Any] | None) -> Facts:
    if stored is None:
        return None
    if "Definition" in stored:
        fields = stored["Definition"]
        return Definition(**{**fields, "versions": tuple(Version(**v) for v in fields["versions"])})
    if "Pipeline" in stored:
        return Pipeline(_steps(stored["Pipeline"]["steps"]))
    fields = stored["Use"]
    group, version, kind = fields["group"], fields["version"], fields["kind"]
    return Use(group, version, kind, tuple(fields["oldFields"]), _steps(fields["steps"]))


def _steps(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    return tuple(Step(tuple(step["path"]), step["function"]) for step in stored)


def _suppression(stored: Mapping[str, Any]) -> Suppression:
    return Suppression(
        stored["path"],
        Position(**stored["position"]),
        stored["verb"],
        tuple(stored["codes"]),
        stored["first"],
        stored["last"],
        stored["atTop"],
    )
