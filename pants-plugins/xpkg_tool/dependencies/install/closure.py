"""The closure of packages: all that the package manager would install for them."""

from __future__ import annotations

from typing import Iterable, Mapping, Sequence

from xpkg_tool.dependencies.install.model import CONFLICT, Closure, Package
from xpkg_tool.dependencies.install.places import Places
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule

NOT_CLOSED = Rule("XP162", "install-not-closed", "A dependency would be missing.")


def closure_of(
    roots: Sequence[str],
    available: Iterable[Package],
    places: Places,
    *,
    command: str = "xpkg lock",
    resolved: bool = True,
) -> tuple[Closure, tuple[Finding, ...]]:
    """The closure of the packages with the sources `roots`, and what stands in its way.

    `command` is what writes the lock. `resolved`: the package manager is going to resolve
    dependencies, and refuses cycles."""
    by_source, findings = _one_of_each_source(available, places)
    walk = _Walk(by_source, places, command)
    for source in sorted(set(roots)):
        if source in by_source:
            walk.visit(by_source[source])
        else:
            findings.append(_missing(source, places, command))
    findings += walk.missing
    if resolved:
        findings += walk.cycles
    return Closure(tuple(walk.found)), tuple(findings)


def _one_of_each_source(
    packages: Iterable[Package], places: Places
) -> tuple[dict[str, Package], list[Finding]]:
    """The packages by their sources, and an error for each source of several.

    A cluster with two packages of one source resolves no dependencies any more."""
    by_source: dict[str, Package] = {}
    findings = []
    for package in packages:
        other = by_source.setdefault(package.source, package)
        if other != package:
            findings.append(
                places.of(package).finding(
                    CONFLICT,
                    f"Both {other.origin} and {package.origin} have the source {package.source}. "
                    "With two objects of one source, the package manager resolves no dependencies "
                    "any more.",
                    "Install one of them, or give one of the packages another repository.",
                )
            )
    return by_source, findings


def _missing(source: str, places: Places, command: str) -> Finding:
    return places.target.finding(
        NOT_CLOSED,
        f"There is no package with the source {source}.",
        "Name a target of this repository, or a source that the lock has (without a tag or a "
        f"digest: the version comes from there). `{command}` adds what is missing to the lock.",
    )


class _Walk:
    """Visits packages after those they depend on. `found` is in that order."""

    def __init__(self, by_source: Mapping[str, Package], places: Places, command: str) -> None:
        self._by_source, self._places, self._command = by_source, places, command
        self._seen: set[str] = set()
        # An ordered set.
        self._under_way: dict[str, None] = {}
        self.found: list[Package] = []
        self.missing: list[Finding] = []
        self.cycles: list[Finding] = []

    def visit(self, root: Package) -> None:
        # The packages under way, each with the dependencies that are still to be visited: a chain
        # of packages may be longer than Python's stack.
        stack: list[tuple[Package, list[LockedDependency]]] = []
        self._enter(root, stack)
        while stack:
            package, left = stack[-1]
            if not left:
                stack.pop()
                del self._under_way[package.source]
                self.found.append(package)
                continue
            entry = left.pop()
            source = entry.source
            if source in self._under_way:
                under_way = list(self._under_way)
                self._cycle([*under_way[under_way.index(source) :], source], package, entry)
            elif source not in self._seen:
                dependency = self._by_source.get(source)
                if dependency is not None:
                    self._enter(dependency, stack)
                else:
                    self._miss(package, entry)

    def _enter(self, package: Package, stack: list[tuple[Package, list[LockedDependency]]]) -> None:
        self._seen.add(package.source)
        self._under_way[package.source] = None
        entries = {d.source: d for d in reversed(package.dependencies)}
        stack.append((package, [entries[source] for source in sorted(entries, reverse=True)]))

    def _miss(self, package: Package, dependency: LockedDependency) -> None:
        if package.is_locked:
            remedy = f"Write the lock again: `{self._command}`."
        else:
            remedy = f"Depend on the target that publishes it, or lock it: `{self._command}`."
        self.missing.append(
            self._places.of_entry(package, dependency).finding(
                NOT_CLOSED,
                f"{package.source} depends on {dependency.source}, which is neither a package that "
                "it depends on in this repository nor in the lock.",
                remedy,
            )
        )

    def _cycle(
        self, sources: Sequence[str], package: Package, dependency: LockedDependency
    ) -> None:
        self.cycles.append(
            self._places.of_entry(package, dependency).finding(
                CONFLICT,
                f"Packages depend on each other in a cycle: {' -> '.join(sources)}. The package "
                "manager refuses to install any of them.",
                "Remove one of these dependencies.",
            )
        )
