"""The closure of packages: all that the package manager would install for them."""

from __future__ import annotations

from typing import Iterable, Mapping, Sequence

from xpkg_tool.dependencies.install.model import CONFLICT, Closure, Package, one_of_each_source
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule

NOT_CLOSED = Rule("XP162", "install-not-closed", "A dependency would be missing.")


def closure_of(
    roots: Sequence[str], available: Iterable[Package], *, origin: str, resolved: bool = True
) -> tuple[Closure, tuple[Finding, ...]]:
    """The closure of the packages with the sources `roots`, and what stands in its way.

    `origin` is what asks for the roots, for messages. `resolved`: the package manager is going to
    resolve dependencies, and refuses cycles."""
    by_source, findings = one_of_each_source(available)
    walk = _Walk(by_source)
    for source in sorted(set(roots)):
        if source in by_source:
            walk.visit(by_source[source])
        else:
            findings.append(_missing(source, origin))
    findings += walk.missing
    if resolved:
        findings += walk.cycles
    return Closure(tuple(walk.found)), tuple(findings)


def _missing(source: str, origin: str) -> Finding:
    return NOT_CLOSED.finding(
        f"There is no package with the source {source}.",
        "Name a target of this repository, or a source that the lock has (without a tag or a "
        "digest: the version comes from there).",
        origin,
    )


class _Walk:
    """Visits packages after those they depend on. `found` is in that order."""

    def __init__(self, by_source: Mapping[str, Package]) -> None:
        self._by_source = by_source
        self._seen: set[str] = set()
        # An ordered set.
        self._under_way: dict[str, None] = {}
        self.found: list[Package] = []
        self.missing: list[Finding] = []
        self.cycles: list[Finding] = []

    def visit(self, root: Package) -> None:
        # The packages under way, each with the dependencies that are still to be visited: a chain
        # of packages may be longer than Python's stack.
        stack: list[tuple[Package, list[str]]] = []
        self._enter(root, stack)
        while stack:
            package, left = stack[-1]
            if not left:
                stack.pop()
                del self._under_way[package.source]
                self.found.append(package)
                continue
            source = left.pop()
            if source in self._under_way:
                under_way = list(self._under_way)
                self._cycle([*under_way[under_way.index(source) :], source], package)
            elif source not in self._seen:
                dependency = self._by_source.get(source)
                if dependency is not None:
                    self._enter(dependency, stack)
                else:
                    self._miss(package, source)

    def _enter(self, package: Package, stack: list[tuple[Package, list[str]]]) -> None:
        self._seen.add(package.source)
        self._under_way[package.source] = None
        sources = sorted({d.source for d in package.dependencies}, reverse=True)
        stack.append((package, sources))

    def _miss(self, package: Package, source: str) -> None:
        self.missing.append(
            NOT_CLOSED.finding(
                f"{package.source} depends on {source}, which is neither a package that it depends "
                "on in this repository nor in the lock.",
                "Depend on the target that publishes it, or lock it: "
                "`pants generate-lockfiles --resolve=xpkg`, or `xpkg lock`.",
                package.origin,
            )
        )

    def _cycle(self, sources: Sequence[str], package: Package) -> None:
        self.cycles.append(
            CONFLICT.finding(
                f"Packages depend on each other in a cycle: {' -> '.join(sources)}. The package "
                "manager refuses to install any of them.",
                "Remove one of these dependencies.",
                package.origin,
            )
        )
