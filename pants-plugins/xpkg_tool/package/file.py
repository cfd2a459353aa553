"""The content of a file: its objects, its findings, and the comments that suppress these."""

from __future__ import annotations

from typing import Any, NamedTuple

from xpkg_tool.diagnostics.finding import Finding, ReleaseFinding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.documents.stream import AnyDocument
from xpkg_tool.documents.suppressions import Suppression
from xpkg_tool.package.summary import Facts
from xpkg_tool.package.types import META_GROUP, ObjectKind


class Object(NamedTuple):
    """A Kubernetes object in a document. `name` is empty if `metadata.name` is not a string.
    `facts` is the part of its value that the rules for a whole package need."""

    document: AnyDocument
    kind: ObjectKind
    name: str
    facts: Facts = None

    @property
    def is_meta(self) -> bool:
        return self.kind.group == META_GROUP

    def finding(
        self,
        rule: Rule,
        message: str,
        remedy: str,
        path: PathOf,
        *,
        key: bool = False,
        severity: str | None = None,
    ) -> Finding:
        """A finding at the value (or, with `key`, at the key) that `path` leads to. `severity` is
        the rule's unless given."""
        position = locate(self.document, path, key=key)
        return rule.finding(message, remedy, self.document.path, position, str(self), severity)

    def __str__(self) -> str:
        return cut(f"{self.kind.kind} {self.name}".rstrip())


class FileAnalysis(NamedTuple):
    """The objects of a file in order, the values of its meta objects, its findings, and the
    comments that suppress findings. `release_findings` are settled when the package is known.

    Only the values of meta objects are kept: those of 2,000 CRDs would take gigabytes. `whole` says
    that all documents could be read; one that could not may contain any object.
    """

    path: str
    objects: tuple[Object, ...]
    metas: tuple[tuple[Object, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    whole: bool = True
    suppressions: tuple[Suppression, ...] = ()
    release_findings: tuple[ReleaseFinding, ...] = ()
