"""What the registries have now of what a lock names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xpkg_tool.dependencies.lock.catalog import Catalog, Content
from xpkg_tool.dependencies.lock.failures import joined
from xpkg_tool.dependencies.lock.model import Lock, LockedDependency, LockedPackage
from xpkg_tool.diagnostics.errors import REFERENCE
from xpkg_tool.diagnostics.finding import Finding, cut, few


@dataclass(frozen=True)
class Published:
    """What differs: packages whose tags have `moved`, each with the digest that the tag has now,
    those whose tags or digests are `gone`, and those of which the lock says something else than
    their content (`contradicted`, each with what, a clause each). `failures` say what could not be
    found out, each with the source of the package whose request failed."""

    moved: tuple[tuple[LockedPackage, str], ...]
    gone: tuple[LockedPackage, ...]
    contradicted: tuple[tuple[LockedPackage, tuple[str, ...]], ...]
    failures: tuple[tuple[str, Finding], ...]


def look_up(lock: Lock, catalog: Catalog) -> Published:
    """Compares the digests of the locked versions with those that their tags have, one request for
    each, and what the lock says of each package with the content of its digest, which is fetched
    unless it is in the cache. A package that is locked by its digest is asked for by it."""
    catalog.ask_for_digests((p.source, p.version) for p in lock.packages)
    moved: list[tuple[LockedPackage, str]] = []
    gone: list[LockedPackage] = []
    failures: dict[str, Finding] = {}
    for package in lock.packages:
        answer = catalog.digests[package.source, package.version]
        if isinstance(answer, str):
            if answer != package.digest:
                moved.append((package, answer))
        # The registry answered, and the source is one: it does not have the tag.
        elif answer.code == REFERENCE.code:
            gone.append(package)
        else:
            failures[package.source] = answer
    # What could not be asked for before could not be now.
    asked = [package for package in lock.packages if package.source not in failures]
    catalog.ask_for_contents((p.source, p.digest) for p in asked)
    contradicted: list[tuple[LockedPackage, tuple[str, ...]]] = []
    lost = {package.source for package in (*gone, *(package for package, _ in moved))}
    for package in asked:
        content = catalog.contents[package.source, package.digest]
        if isinstance(content, Content):
            differences = tuple(_differences(package, content))
            if differences:
                contradicted.append((package, differences))
        elif content.code != REFERENCE.code:
            failures[package.source] = content
        elif package.source not in lost:
            gone.append(package)
    answered = catalog.answered.difference(failures)
    told = tuple(joined(failures, answered, "looked up either"))
    return Published(tuple(moved), tuple(gone), tuple(contradicted), told)


def _differences(package: LockedPackage, content: Content) -> Iterator[str]:
    if package.kind != content.kind:
        yield f"is a {content.kind}, not a {package.kind}"
    if dict(package.platforms) != dict(content.platforms):
        same = " with other digests" if set(package.platforms) == set(content.platforms) else ""
        has = f"the platforms {few(sorted(content.platforms))}{same}"
        yield f"has {has if content.platforms else 'no platforms'}"
    locked, real = frozenset(package.dependencies), frozenset(content.dependencies)
    missing = [d for d in content.dependencies if d not in locked]
    added = [d for d in package.dependencies if d not in real]
    if missing:
        yield f"depends on {few(list(map(_shown, missing)))}"
    if added:
        yield f"does not depend on {few(list(map(_shown, added)))}"


def _shown(dependency: LockedDependency) -> str:
    constraint = cut(dependency.constraint)
    return f"{dependency.source} {constraint} ({dependency.kind}, {dependency.api_version})"
