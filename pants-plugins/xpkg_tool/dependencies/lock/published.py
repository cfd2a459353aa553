"""What the registries have now of what a lock names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.errors import REFERENCE
from xpkg_tool.diagnostics.finding import Finding


@dataclass(frozen=True)
class Published:
    """What differs: packages whose tags have `moved`, each with the digest that the tag has now,
    and those whose tags are `gone`. `failures` say what could not be found out, each once."""

    moved: tuple[tuple[LockedPackage, str], ...]
    gone: tuple[LockedPackage, ...]
    failures: tuple[Finding, ...]


def look_up(lock: Lock, catalog: Catalog) -> Published:
    """Compares the digests of the locked versions with those that their tags have. One request for
    each; a package that is locked by its digest has no tag."""
    tagged = [p for p in lock.packages if not is_digest(p.version)]
    catalog.ask_for_digests((p.source, p.version) for p in tagged)
    moved: list[tuple[LockedPackage, str]] = []
    gone: list[LockedPackage] = []
    # By what they say: of a registry that cannot be used, several packages say it.
    failures: dict[Finding, Finding] = {}
    for package in tagged:
        answer = catalog.digests[package.source, package.version]
        if isinstance(answer, str):
            if answer != package.digest:
                moved.append((package, answer))
        # The registry answered, and the source is one: it does not have the tag.
        elif answer.code == REFERENCE.code:
            gone.append(package)
        else:
            failures.setdefault(replace(answer, path=""), answer)
    return Published(tuple(moved), tuple(gone), tuple(failures.values()))
