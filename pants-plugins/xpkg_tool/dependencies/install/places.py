"""Where the findings about packages to install are shown: at what is to be changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Callable, Mapping, Optional

from xpkg_tool.dependencies.install.model import Package
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.diagnostics.finding import Finding, Position
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf, locate
from xpkg_tool.documents.stream import Document

# The parts of an entry: what names the package, its kind, and its constraint. A lock calls all of
# them as `LockedDependency` does; a meta object may name a package by its kind.
SOURCE, KIND, CONSTRAINT = "source", "kind", "constraint"


@dataclass(frozen=True)
class Place:
    """The place of a finding; `object` as in `Finding`."""

    path: str
    position: Position | None = None
    object: str = ""

    def finding(
        self, rule: Rule, message: str, remedy: str, severity: str | None = None
    ) -> Finding:
        """A finding of the rule at this place."""
        return rule.finding(message, remedy, self.path, self.position, self.object, severity)


# The places of a package itself, and by source of its entries, by part.
_Entries = dict[str, dict[str, Place]]
_Read = Optional[Callable[[str], bytes]]


class Places:
    """The places of packages and of what they ask for.

    `target` is that of the target that installs them. Of the packages of this repository, `targets`
    has the places of their own targets, and `metas` the files of their meta objects, by origin. Of
    packages in a lock, the origin is the file. Files are read with `read`, when they are needed;
    without it, there are no lines."""

    def __init__(
        self,
        target: str,
        targets: Mapping[str, str] | None = None,
        metas: Mapping[str, str] | None = None,
        read: _Read = None,
    ) -> None:
        self.target = Place(target)
        self._targets, self._metas = targets or {}, metas or {}
        self._read = read
        # What parses a file notes all of its places at once: the next finding may be in another.
        self._own: dict[str, _Entries] = {}
        self._locked: dict[str, dict[str, tuple[Place, _Entries]]] = {}

    def of(self, package: Package) -> Place:
        """Where the package itself is written: its target, or its line of the lock."""
        if not package.is_locked:
            return Place(self._targets.get(package.origin, package.origin))
        found = self._in_lock(package.origin).get(package.source)
        return found[0] if found else Place(package.origin)

    def of_entry(self, package: Package, dependency: LockedDependency, part: str = SOURCE) -> Place:
        """Where the package asks for `dependency`."""
        if package.is_locked:
            found = self._in_lock(package.origin).get(package.source)
            entries = found[1] if found else {}
        else:
            entries = self._in_meta(package.origin)
        return entries.get(dependency.source, {}).get(part) or self.of(package)

    def _in_meta(self, origin: str) -> _Entries:
        path = self._metas.get(origin)
        if path is None or self._read is None:
            return {}
        if origin not in self._own:
            self._own[origin] = _entries_of_meta(path, self._read(path))
        return self._own[origin]

    def _in_lock(self, path: str) -> dict[str, tuple[Place, _Entries]]:
        if self._read is None:
            return {}
        if path not in self._locked:
            self._locked[path] = _entries_of_lock(path, self._read(path))
        return self._locked[path]


def _entries_of_meta(path: str, data: bytes) -> _Entries:
    meta = find_meta([(path, data)])
    entries: _Entries = {}
    for dependency in dependencies(meta.value) if meta else ():
        assert meta is not None
        fields = {
            SOURCE: dependency.field,
            KIND: "kind" if dependency.field == "package" else dependency.field,
            CONSTRAINT: "version",
        }
        entries.setdefault(
            dependency.package,
            {
                part: Place(
                    meta.document.path, locate(meta.document, (*dependency.path, field)), meta.label
                )
                for part, field in fields.items()
            },
        )
    return entries


def _entries_of_lock(path: str, data: bytes) -> dict[str, tuple[Place, _Entries]]:
    """Of a lock that was read without an error."""
    document = Document(path, 0, 1, 1, data.decode("utf-8-sig").replace("\r\n", "\n"))

    def place(where: PathOf) -> Place:
        return Place(path, locate(document, where))

    found = {}
    for number, package in enumerate(json.loads(document.text)["packages"]):
        start: PathOf = ("packages", number)
        entries: _Entries = {}
        for index, dependency in enumerate(package["dependencies"]):
            entry = (*start, "dependencies", index)
            entries.setdefault(
                dependency["source"],
                {part: place((*entry, part)) for part in (SOURCE, KIND, CONSTRAINT)},
            )
        found[package["source"]] = place((*start, "source")), entries
    return found
