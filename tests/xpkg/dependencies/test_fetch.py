"""Fetching packages in an engine: what is kept, for whom, and what runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pants.engine.process import ProcessCacheScope
from pants.util.frozendict import FrozenDict
from pants.util.logging import LogLevel

from tests.xpkg.dependencies.machine import Machine
from tests.xpkg_tool.dependencies.fetch.packages import AMD64, image, put, put_index, stream
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, running
from xpkg.dependencies import fetch
from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.fetch import PackageToFetch

ONE, TWO = image("one"), image("two")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """A private one, with the packages `one`, and `two` for several platforms."""
    with running("token") as registry:
        put(registry, ONE, "one")
        put_index(registry, (TWO, AMD64), repository="two")
        yield registry


def packages(registry: FakeRegistry) -> tuple[PackageToFetch, PackageToFetch]:
    tag = registry.tag("two", "v1")
    assert tag is not None
    return (
        PackageToFetch(f"{registry.address}/one", ONE.digest),
        PackageToFetch(f"{registry.address}/two", tag),
    )


def test_from_a_private_registry_and_then_from_the_cache(
    machine: Machine, registry: FakeRegistry
) -> None:
    machine.login(registry.address)
    wanted = packages(registry)
    fetched = machine.fetch(*wanted)
    assert fetched.errors == ()
    assert machine.streams(fetched) == [stream("one"), stream("two")]
    assert [dict(package.platforms) for package in fetched.packages] == [
        {},
        {"linux/amd64": TWO.digest},
    ]
    # A probe, a token for both, one manifest and layer, and an index besides.
    assert registry.count() == 7

    # Another run, without a login, and without the folder that the packages were fetched into: the
    # results of processes are kept.
    (machine.home / ".docker/config.json").unlink()
    (caches,) = machine.home.parent.glob("caches")
    caches.rename(machine.home.parent / "moved")
    machine.runner = machine.session()
    assert machine.streams(machine.fetch(*wanted)) == [stream("one"), stream("two")]
    assert registry.count() == 7


def test_what_is_shared_names_no_user_and_no_machine() -> None:
    package = PackageToFetch("a.io/b", ONE.digest)
    first, second = (fetch._read(package, level) for level in (LogLevel.TRACE, LogLevel.DEBUG))
    assert json.loads(encode(first.message)) == {
        "package": {"source": "a.io/b", "digest": ONE.digest},
        "cache": ".xpkg-packages",
    }
    assert (first.env, first.inputs) == (FrozenDict(), ())
    assert first.cache_scope is ProcessCacheScope.SUCCESSFUL
    # The same in all that is part of the key.
    assert replace(first, level=second.level) == second


def test_a_package_that_is_asked_for_twice(machine: Machine, registry: FakeRegistry) -> None:
    machine.login(registry.address)
    one, two = packages(registry)
    fetched = machine.fetch(two, one, two)
    assert machine.streams(fetched) == [stream("two"), stream("one"), stream("two")]


def test_what_fails_does_not_stop_the_others(machine: Machine, registry: FakeRegistry) -> None:
    machine.login(registry.address)
    one, two = packages(registry)
    missing = PackageToFetch(one.source, "sha256:" + "0" * 64)
    fetched = machine.fetch(one, missing, two)
    assert machine.streams(fetched) == [stream("one"), stream("two")]
    (error,) = fetched.errors
    assert f"The registry has no {missing.digest} in one" in error
    # It is asked for again, when it may be there; the others are not.
    asked = registry.count()
    put(registry, ONE, "one")
    registry.manifests["one", missing.digest] = registry.manifests["one", ONE.digest]
    machine.runner.new_session("again")
    (error,) = machine.fetch(one, missing, two).errors
    assert "digest" in error
    assert registry.count() - asked == 3


def test_no_login(machine: Machine, registry: FakeRegistry) -> None:
    fetched = machine.fetch(*packages(registry))
    assert fetched.packages == ()
    assert len(fetched.errors) == 2
    assert "there is no credential for it" in fetched.errors[0]


def test_a_secret_in_the_environment_is_refused(machine: Machine, registry: FakeRegistry) -> None:
    fetched = machine.fetch(*packages(registry), options=["--xpkg-env-vars=REGISTRY_TOKEN"])
    assert fetched.packages == ()
    assert "looks like a secret" in fetched.errors[0]
    assert registry.seen == []


def test_no_worker_fetches(machine: Machine, registry: FakeRegistry) -> None:
    machine.login(registry.address)
    nowhere = "grpc://127.0.0.1:1"
    options = (
        "--remote-execution",
        f"--remote-store-address={nowhere}",
        f"--remote-execution-address={nowhere}",
    )
    fetched = machine.fetch(*packages(registry), options=options)
    assert fetched.packages == ()
    assert "cannot be fetched under `[GLOBAL].remote_execution`" in fetched.errors[0]
    assert registry.seen == []
