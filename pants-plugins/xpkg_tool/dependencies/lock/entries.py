"""The entries of `spec.dependsOn` from which a lock follows: who asks for what, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from xpkg_tool.dependencies.lock.model import LockedDependency, Requirement
from xpkg_tool.dependencies.lock.ranges import BOTH_DIALECTS, Range, dialects_of
from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.dependencies.model import (
    PACKAGE_GROUP,
    Dependency,
    dependencies,
    parse_source,
    without_identifier,
)
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import locate
from xpkg_tool.package.crossplane_versions import releases
from xpkg_tool.package.semver import Dialect
from xpkg_tool.package.types import PACKAGE_TYPES

_ANY_VERSION = "*"


@dataclass(frozen=True)
class Entry:
    """One entry: `by` is who has it, as in `Requirement`, `constraint` is empty where it has none,
    and `dialects` are those of the releases of Crossplane that read it. `kind` is empty where any
    is meant.

    `meta` and `dependency` say where it is written; those of locked packages have none."""

    by: str
    source: str
    kind: str
    constraint: str
    dialects: tuple[Dialect, ...]
    meta: Meta | None = None
    dependency: Dependency | None = None

    @property
    def requirement(self) -> Requirement:
        return Requirement(self.by, self.constraint)

    @property
    def range(self) -> Range:
        return Range(self.constraint, self.dialects)

    def place(self, field: str = "") -> str:
        """The place of a field, by default of the one that names the package, as `file:line`; empty
        where the entry is in no file."""
        if self.meta is None or self.dependency is None:
            return ""
        path = (*self.dependency.path, field or self.dependency.field)
        return f"{self.meta.document.path}:{locate(self.meta.document, path).line}"

    def finding(
        self, rule: Rule, message: str, remedy: str, *, field: str = "", severity: str | None = None
    ) -> Finding:
        """A finding at the field that names the package, or at another one."""
        if self.meta is None or self.dependency is None:
            return rule.finding(message, remedy, self.by, severity=severity)
        path = (*self.dependency.path, field or self.dependency.field)
        place = locate(self.meta.document, path)
        document, label = self.meta.document.path, self.meta.label
        return rule.finding(message, remedy, document, place, label, severity)


def entries_of(by: str, meta: Meta) -> tuple[Entry, ...]:
    """The entries of a package of the repository, which has the name `by`."""
    dialects = dialects_of(releases(meta.value))
    return tuple(
        Entry(by, d.package, d.kind, d.constraint or "", dialects, meta, d)
        for d in dependencies(meta.value)
        if _is_package(d.api_version, d.kind)
    )


def entries_installed(
    by: str, sources: Iterable[str], dialects: tuple[Dialect, ...]
) -> tuple[Entry, ...]:
    """The entries of a manifest, which has the name `by` and installs external packages: in
    whichever version the others admit."""
    return tuple(Entry(by, source, "", _ANY_VERSION, dialects) for source in sources)


def entries_below(
    source: str, found: Iterable[LockedDependency], dialects: tuple[Dialect, ...]
) -> tuple[Entry, ...]:
    """The entries of an external package, of which a lock holds those."""
    return tuple(
        Entry(source, d.source, d.kind, d.constraint, dialects)
        for d in found
        if _is_package(d.api_version, d.kind)
    )


def all_dialects(entries: Iterable[Entry]) -> tuple[Dialect, ...]:
    """Those in which one of the entries is read; without an entry, none."""
    found = {dialect for entry in entries for dialect in entry.dialects}
    return tuple(dialect for dialect in BOTH_DIALECTS if dialect in found)


def is_source(text: str) -> bool:
    """Whether a package can be found by it: it names a registry, and neither tag nor digest."""
    source = parse_source(text)
    return source is not None and bool(source.registry) and without_identifier(text) == text


def _is_package(api_version: str, kind: str) -> bool:
    """An entry may name any kind that has `spec.package`. What such an object installs, its own
    controller decides: it need not be a package of Crossplane."""
    return api_version.partition("/")[0] == PACKAGE_GROUP and kind in PACKAGE_TYPES
