"""What the registries have now of what a lock names."""

from __future__ import annotations

from dataclasses import replace

from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.finding import Finding


def as_published(lock: Lock, catalog: Catalog) -> Lock:
    """The lock with the digests that the tags of its versions have now: another lock where one has
    moved. One request for each; a package that is locked by its digest has no tag. Raises LockError
    for all that cannot be found out, also where a tag does not exist any more."""
    tagged = [p for p in lock.packages if not is_digest(p.version)]
    catalog.ask_for_digests((p.source, p.version) for p in tagged)
    answers = [catalog.digests[p.source, p.version] for p in tagged]
    failures = [answer for answer in answers if isinstance(answer, Finding)]
    if failures:
        raise LockError(failures)

    def published(package: LockedPackage) -> LockedPackage:
        now = catalog.digests.get((package.source, package.version))
        return replace(package, digest=now) if isinstance(now, str) else package

    return replace(lock, packages=tuple(map(published, lock.packages)))
