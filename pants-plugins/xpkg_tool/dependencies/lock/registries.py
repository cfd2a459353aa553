"""The catalog of real registries."""

from __future__ import annotations

from xpkg_tool.dependencies.fetch.backend import ImageBackend
from xpkg_tool.dependencies.fetch.protocols import PackageCache
from xpkg_tool.dependencies.fetch.registry import (
    Connections,
    RegistryDigester,
    RegistryFetcher,
    RegistryTags,
    announce,
    is_usable,
)
from xpkg_tool.dependencies.lock.catalog import Catalog


def connect_catalog(connections: Connections, cache: PackageCache, *, at_once: int) -> Catalog:
    """What the registries of `connections` know, with at most `at_once` requests under way; what is
    in `cache` is not fetched, and what is fetched is put there."""
    return Catalog(
        RegistryTags(connections),
        RegistryDigester(connections),
        ImageBackend(cache, RegistryFetcher(connections)),
        connections=at_once,
        announce=lambda sources: announce(connections, sources),
        is_usable=lambda source: is_usable(connections, source),
    )
