"""What a file holds: its objects, what is wrong with them, and the comments about that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xpkg_tool.diagnostics.finding import Finding, ReleaseFinding, cut
from xpkg_tool.documents.stream import AnyDocument
from xpkg_tool.documents.suppressions import Suppression
from xpkg_tool.package.summary import Facts
from xpkg_tool.package.types import META_GROUP, ObjectKind


@dataclass(frozen=True)
class Object:
    """A Kubernetes object in a document. `name` is empty where `metadata.name` is no string.
    `facts` are what the rules for a whole package need of its value."""

    document: AnyDocument
    kind: ObjectKind
    name: str
    facts: Facts = None

    @property
    def is_meta(self) -> bool:
        return self.kind.group == META_GROUP

    def __str__(self) -> str:
        return cut(f"{self.kind.kind} {self.name}".rstrip())


@dataclass(frozen=True)
class FileAnalysis:
    """The objects of a file in their order, the values of its meta objects, what is wrong, and the
    comments that suppress findings. `release_findings` are settled when the package is known.

    Only the meta objects' values are kept: those of 2,000 CRDs would take gigabytes. `whole` says
    that all documents could be read; in one that could not, any object may stand.
    """

    path: str
    objects: tuple[Object, ...]
    metas: tuple[tuple[Object, dict[str, Any]], ...]
    findings: tuple[Finding, ...]
    whole: bool = True
    suppressions: tuple[Suppression, ...] = ()
    release_findings: tuple[ReleaseFinding, ...] = ()
