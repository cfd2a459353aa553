"""Finds out quickly what a YAML file contains: for adopting a repository, not for building.

Looking at the top-level `apiVersion` and `kind` lines takes a hundredth of the time of parsing
(a provider has 2,000 CRDs). Documents without such lines are parsed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from xpkg_tool.diagnostics.finding import cut, has_errors
from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import Document, split
from xpkg_tool.package.types import META_GROUP, PACKAGE_TYPES, ObjectKind

_FIELD = r"^{}:[ \t]+(['\"]?)([^\s'\"#]+)\1[ \t]*(?:#.*)?$"
_API_VERSION = re.compile(_FIELD.format("apiVersion"), re.MULTILINE)
_KIND = re.compile(_FIELD.format("kind"), re.MULTILINE)

_METADATA = re.compile(r"^metadata:[ \t]*\n((?:[ \t][^\n]*\n)*)", re.MULTILINE)
_NAME = re.compile(r"^[ \t]+name:[ \t]+['\"]?([^\s'\"#,}]+)", re.MULTILINE)

# The delimiters of Go templates and Jinja.
_TEMPLATE = (b"{{", b"{%")


class Head(NamedTuple):
    """The kinds of a file's documents; None for one that is not a Kubernetes object.

    `template` says that the file is not valid YAML and contains template delimiters; `broken` that
    it is not valid for another reason.
    """

    kinds: tuple[ObjectKind | None, ...]
    template: bool = False
    broken: bool = False

    @property
    def metas(self) -> tuple[ObjectKind, ...]:
        """The meta objects, including those of unknown versions, which lint reports."""
        if self.template:
            return ()
        return tuple(
            k for k in self.kinds if k and k.group == META_GROUP and k.kind in PACKAGE_TYPES
        )


def read_head(path: str, data: bytes) -> Head:
    """The kinds in a file. Never raises: an invalid file is `broken` or a `template`."""
    documents, findings = split(path, data)
    marked = any(mark in data for mark in _TEMPLATE)
    broken = has_errors(findings)
    kinds: list[ObjectKind | None] = []
    for document in documents:
        # A file with template delimiters is parsed to find out whether they are part of a string.
        kind = None if marked else _quick_kind(document.text)
        if kind is None:
            try:
                kind = _kind(document)
            except DocumentError:
                broken = True
                kind = _quick_kind(document.text)
        kinds.append(kind)
    return Head(tuple(kinds), template=broken and marked, broken=broken and not marked)


def quick_label(text: str) -> str:
    """The label for messages of the object in a document that cannot be parsed:
    `Provider provider-a`, as far as its lines show it."""
    kind = _KIND.search(text)
    # What is broken may be the kind itself: `kind: [Provider`.
    if not kind or not kind[2].isalnum():
        return ""
    # In two steps: a single expression would backtrack over each line.
    blocks = (_NAME.search(block[1]) for block in _METADATA.finditer(text))
    name = next(filter(None, blocks), None)
    return cut(f"{kind[2]} {name[1]}" if name else kind[2])


def _quick_kind(text: str) -> ObjectKind | None:
    versions, kinds = _API_VERSION.findall(text), _KIND.findall(text)
    if len(versions) == 1 and len(kinds) == 1:
        return ObjectKind(versions[0][1], kinds[0][1])
    return None


def _kind(document: Document) -> ObjectKind | None:
    value = load(document)
    if not isinstance(value, dict):
        return None
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if not (isinstance(api_version, str) and api_version and isinstance(kind, str) and kind):
        return None
    return ObjectKind(api_version, kind)
