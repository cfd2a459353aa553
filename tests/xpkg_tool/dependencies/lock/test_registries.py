"""Locking from a registry: what it is asked for, and what becomes of a lock when it fails."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from tests.xpkg_tool.dependencies.fetch.packages import (
    AMD64,
    ARM64,
    image,
    put_index,
    registries,
)
from tests.xpkg_tool.dependencies.lock.loopback import publish, requests, source
from tests.xpkg_tool.dependencies.lock.universe import EMPTY, root, versions
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.dependencies.fetch.backend import NopCache
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.registries import connect_catalog
from xpkg_tool.dependencies.lock.resolve import Wanted, resolve

COUNT = 100
VERSIONS = 10
NONE = {"tags": 0, "digests": 0, "manifests": 0, "blobs": 0}


class MemoryCache:
    def __init__(self) -> None:
        self.packages: dict[str, FetchedPackage] = {}

    def get(self, source: str, digest: str) -> FetchedPackage | None:
        return self.packages.get(digest)

    def store(self, package: FetchedPackage) -> None:
        self.packages[package.digest] = package

    def delete(self, digest: str) -> None:
        del self.packages[digest]


def lock(
    pusher: Pusher, entries: Any, locked: Lock = EMPTY, cache: Any = None, **wanted: Any
) -> Lock:
    with registries(pusher) as connections:
        catalog = connect_catalog(connections, cache or NopCache(), at_once=8)
        return resolve(Wanted(entries, **wanted), locked, catalog)


def needs(registry: FakeRegistry, **depends_on: str) -> Any:
    return root("x", {source(registry, name): version for name, version in depends_on.items()})


def test_what_a_lock_of_a_hundred_packages_costs(pusher: Pusher) -> None:
    """Each package asks for one of the next ones; all are asked for by the repository, too."""
    names = [f"c{number}" for number in range(COUNT)]
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        for number, name in enumerate(names):
            below = {names[number + 10]: ">=v1.0.0"} if number + 10 < COUNT else {}
            for version in range(VERSIONS):
                publish(registry, name, f"v1.{version}.0", below)
        entries = needs(registry, **dict.fromkeys(names[:10], ">=v1.0.0"))
        cache = MemoryCache()
        first = lock(pusher, entries, cache=cache)
        assert versions(first) == dict.fromkeys(sorted(names), "v1.9.0")
        each = {"tags": COUNT, "digests": COUNT, "manifests": COUNT, "blobs": COUNT}
        assert requests(registry) == each
        # Those of the connection: a probe and tokens for many repositories each.
        assert len(registry.seen) - 4 * COUNT < 15
        # What is locked costs nothing, not even a connection.
        registry.seen.clear()
        assert lock(pusher, entries, first) == first
        assert registry.seen == []
        # What is in the cache is not fetched.
        assert lock(pusher, entries, cache=cache) == first
        assert requests(registry) == {**each, "manifests": 0, "blobs": 0}
        # A new package costs what it costs alone.
        registry.seen.clear()
        publish(registry, "new", "v1.0.0", {"c0": "*"})
        assert len(lock(pusher, (*entries, *needs(registry, new="*")), first).packages) == 101
        assert requests(registry) == {"tags": 1, "digests": 1, "manifests": 1, "blobs": 1}


def test_an_index_is_locked_with_its_platforms(pusher: Pusher) -> None:
    with running() as registry:
        one = image("f-one")
        digest = put_index(registry, (one, AMD64), (one, ARM64), repository="team/f-one")
        registry.manifests["team/f-one", "v1.0.0"] = registry.manifests["team/f-one", digest]
        (package,) = lock(pusher, needs(registry, **{"f-one": "*"})).packages
    assert package.digest == digest
    assert package.platforms == {"linux/amd64": one.digest, "linux/arm64": one.digest}


def always(method: str, path: str, **how: Any) -> Fault:
    return Fault(method, path, nth=0, **how)


REFUSALS: dict[str, Callable[[], Fault]] = {
    "down": lambda: always("", "", cut_after=0),
    "slow": lambda: always("", "/v2/", delay=1.0),
    "rate-limits": lambda: always("", "", status=429),
    "fails": lambda: always("", "", status=503),
    "forbids": lambda: always("", "team", status=403),
    "lies about tags": lambda: always("", "tags/list", content=b'{"tags": "v1.0.0"}'),
    "lies about a digest": lambda: always(
        "HEAD", "manifests", change={"Docker-Content-Digest": f"sha256:{'0' * 64}"}
    ),
    "sends other bytes": lambda: always("GET", "blobs", content=b"{}"),
}


@pytest.mark.parametrize("how", REFUSALS)
def test_a_registry_that_fails_is_an_error_and_what_is_locked_needs_none(
    how: str, pusher: Pusher
) -> None:
    with running() as registry:
        publish(registry, "a", "v1.0.0")
        publish(registry, "b", "v1.0.0")
        entries = needs(registry, a="*", b="*")
        locked = lock(pusher, entries)
        pusher.read_timeout = 0.5
        registry.faults.append(REFUSALS[how]())
        with pytest.raises(LockError) as error:
            lock(pusher, entries)
        for found in error.value.findings:
            assert found.remedy
            assert found.code not in ("XP000", "XP156")
        assert lock(pusher, entries, locked) == locked


def test_a_tag_that_moves_while_it_is_locked_changes_nothing(pusher: Pusher) -> None:
    with running() as registry:
        digest = publish(registry, "a", "v1.0.0")

        def move(_: FakeRegistry) -> None:
            publish(registry, "a", "v1.0.0", {"b": "*"})

        registry.faults.append(Fault("HEAD", "manifests", after=move))
        (package,) = lock(pusher, needs(registry, a="*")).packages
        assert (package.digest, package.dependencies) == (digest, ())
