"""What the registries have now of what a lock names."""

from __future__ import annotations

from typing import NamedTuple

from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.finding import Finding


class Moved(NamedTuple):
    """A locked version whose tag has the digest `now`."""

    package: LockedPackage
    now: str


def moved(lock: Lock, catalog: Catalog) -> tuple[Moved, ...]:
    """The locked versions of which a registry has another digest, by source. One request for each;
    a package that is locked by its digest has no tag. Raises LockError for all that cannot be found
    out, also where a tag does not exist any more."""
    tagged = [package for package in lock.packages if not is_digest(package.version)]
    catalog.ask_for_digests((package.source, package.version) for package in tagged)
    answers = [(p, catalog.digests[p.source, p.version]) for p in tagged]
    failures = [answer for _, answer in answers if isinstance(answer, Finding)]
    if failures:
        raise LockError(failures)
    return tuple(
        Moved(package, now)
        for package, now in answers
        if isinstance(now, str) and now != package.digest
    )
