"""The image backend: the cache first, whatever it does, then the registry."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.xpkg_tool.dependencies.fetch.packages import fetched
from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.fetch.backend import ImageBackend, NopCache
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, PackageCache
from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, publish_error

ONE = fetched("one")


class Counting:
    """A fetcher that counts what it is asked for."""

    def __init__(self, *packages: FetchedPackage) -> None:
        self.packages = {package.digest: package for package in packages}
        self.asked: list[str] = []
        self.meeting = threading.Event()

    def fetch(self, source: str, digest: str) -> FetchedPackage:
        self.asked.append(digest)
        self.meeting.wait(0.05)
        if digest not in self.packages:
            raise publish_error(REGISTRY, "There is none", "Look elsewhere.")
        return self.packages[digest]


class Failing:
    """A cache in which nothing works."""

    def get(self, source: str, digest: str) -> FetchedPackage | None:
        raise OSError("no get")

    def store(self, package: FetchedPackage) -> None:
        raise RuntimeError("no store")

    def delete(self, digest: str) -> None:
        raise OSError("no delete")


def test_a_hit_asks_no_registry(tmp_path: Path) -> None:
    fetcher = Counting(ONE)
    backend = ImageBackend(FileCache(str(tmp_path)), fetcher)
    assert [backend.fetch(ONE.source, ONE.digest) for _ in range(3)] == [ONE] * 3
    assert fetcher.asked == [ONE.digest]
    # Another process.
    again = ImageBackend(FileCache(str(tmp_path)), Counting())
    assert again.fetch(ONE.source, ONE.digest) == ONE


def test_another_source_of_the_same_digest_is_a_hit(tmp_path: Path) -> None:
    backend = ImageBackend(FileCache(str(tmp_path)), Counting(ONE))
    backend.fetch(ONE.source, ONE.digest)
    assert backend.fetch("mirror.io/b", ONE.digest).source == "mirror.io/b"


@pytest.mark.parametrize("cache", [Failing(), NopCache()], ids=["failing", "nop"])
def test_a_cache_that_fails_is_a_miss(cache: PackageCache) -> None:
    fetcher = Counting(ONE)
    backend = ImageBackend(cache, fetcher)
    assert [backend.fetch(ONE.source, ONE.digest) for _ in range(2)] == [ONE] * 2
    assert len(fetcher.asked) == 2


def test_what_cannot_be_fetched_is_not_stored(tmp_path: Path) -> None:
    backend = ImageBackend(FileCache(str(tmp_path)), Counting())
    for _ in range(2):
        with pytest.raises(PublishError, match="There is none"):
            backend.fetch(ONE.source, ONE.digest)
    assert list(tmp_path.iterdir()) == []


def test_at_the_same_time_once(tmp_path: Path) -> None:
    packages = [fetched(f"p{number}") for number in range(4)]
    fetcher = Counting(*packages)
    backend = ImageBackend(FileCache(str(tmp_path)), fetcher)
    wanted = [(package.source, package.digest) for package in packages] * 5
    assert backend.fetch_all(wanted, 8) == packages * 5
    assert sorted(fetcher.asked) == sorted(package.digest for package in packages)


def test_the_first_failure_is_raised(tmp_path: Path) -> None:
    backend = ImageBackend(NopCache(), Counting(ONE))
    with pytest.raises(PublishError, match="There is none"):
        backend.fetch_all([(ONE.source, ONE.digest), ("a.io/b", "sha256:x")], 2)


def test_the_nop_cache_has_nothing() -> None:
    cache = NopCache()
    cache.store(ONE)
    cache.delete(ONE.digest)
    assert cache.get(ONE.source, ONE.digest) is None
