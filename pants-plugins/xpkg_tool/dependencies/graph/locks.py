"""Several locks, one for each resolve, in one graph."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable

from xpkg_tool.dependencies.lock.model import Lock, LockedPackage


def joined(locks: Iterable[Lock]) -> Lock:
    """All packages of the locks, one for each source. Where they have it at several versions, all
    are named, and the dependencies are those of the first lock."""
    packages: dict[str, LockedPackage] = {}
    for lock in locks:
        for package in lock.packages:
            known = packages.setdefault(package.source, package)
            if package.version not in known.version.split(", "):
                both = f"{known.version}, {package.version}"
                packages[package.source] = replace(known, version=both, digest="")
    return Lock(tuple(packages[source] for source in sorted(packages)))
