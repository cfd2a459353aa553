"""Finds the meta object of a package without reading the rest of it."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from xpkg_tool.diagnostics.finding import ERROR, Finding
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import Document, split
from xpkg_tool.package.types import META_GROUP, ObjectKind, type_of_meta

# Of a file without it nothing is parsed: a package may have thousands.
_MARK = META_GROUP.encode()


class Meta(NamedTuple):
    """A meta object: its document, its kind and its value."""

    document: Document
    kind: ObjectKind
    value: Mapping[str, Any]

    @property
    def name(self) -> str:
        """`metadata.name`, empty where it is no string."""
        metadata = self.value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return name if isinstance(name, str) else ""

    @property
    def label(self) -> str:
        """Its name in messages."""
        return f"{self.kind.kind} {self.name}".rstrip()


def find_meta(files: Iterable[tuple[str, bytes]]) -> Meta | None:
    """The first meta object of a known kind in the files, which are read one after the other; None
    where there is none. Never raises: what is wrong with a file, lint says."""
    return next(find_metas(files), None)


def find_metas(files: Iterable[tuple[str, bytes]]) -> Iterator[Meta]:
    """All meta objects of a known kind in the files. Never raises."""
    for path, data in files:
        yield from _metas(path, data)


def faults(path: str, data: bytes) -> tuple[Finding, ...]:
    """What keeps the meta objects of a file from being read as they are written: the errors of
    reading the stream, and those of documents that look like one. Never raises."""
    if _MARK not in data:
        return ()
    documents, findings = split(path, data)
    found = list(findings)
    for document in documents:
        if META_GROUP in document.text:
            try:
                load(document)
            except DocumentError as error:
                found += error.findings
    return tuple(finding for finding in found if finding.severity == ERROR)


def _metas(path: str, data: bytes) -> Iterator[Meta]:
    if _MARK not in data:
        return
    documents, _ = split(path, data)
    for document in documents:
        if META_GROUP not in document.text:
            continue
        try:
            value = load(document)
        except DocumentError as error:
            value = error.value
        if not isinstance(value, dict):
            continue
        api_version, kind = value.get("apiVersion"), value.get("kind")
        if isinstance(api_version, str) and isinstance(kind, str):
            known = ObjectKind(api_version, kind)
            if type_of_meta(known) is not None:
                yield Meta(document, known, value)
