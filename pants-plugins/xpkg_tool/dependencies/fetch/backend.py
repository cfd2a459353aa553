"""The image backend: a package by its digest, from the cache or else from its registry."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, Fetcher, PackageCache
from xpkg_tool.process.threads import in_parallel


class ImageBackend:
    """A Fetcher that asks `cache` first, and stores there what `fetcher` fetched. As upstream's
    does, it takes any failure of the cache for a miss. Thread-safe: what several threads ask for at
    the same time is fetched once, where the cache keeps it."""

    def __init__(self, cache: PackageCache, fetcher: Fetcher) -> None:
        self._cache, self._fetcher = cache, fetcher
        self._lock = threading.Lock()
        self._fetching: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def fetch(self, source: str, digest: str) -> FetchedPackage:
        """Raises as `Fetcher.fetch` does."""
        with self._lock:
            turn = self._fetching[digest]
        with turn:
            package = self._cached(source, digest)
            if package is None:
                package = self._fetcher.fetch(source, digest)
                self._store(package)
            return package

    def fetch_all(
        self, wanted: Iterable[tuple[str, str]], connections: int
    ) -> list[FetchedPackage]:
        """The packages of these sources and digests, in order; at most `connections` are fetched at
        once. Raises the first failure, when those in progress have ended."""
        return in_parallel(lambda pair: self.fetch(*pair), list(wanted), connections)

    def _cached(self, source: str, digest: str) -> FetchedPackage | None:
        # A cache that somebody else wrote may raise whatever it likes.
        try:
            return self._cache.get(source, digest)
        except Exception:
            return None

    def _store(self, package: FetchedPackage) -> None:
        try:
            self._cache.store(package)
        except Exception:
            return


class NopCache:
    """A cache that keeps nothing."""

    def get(self, source: str, digest: str) -> FetchedPackage | None:
        return None

    def store(self, package: FetchedPackage) -> None:
        pass

    def delete(self, digest: str) -> None:
        pass
