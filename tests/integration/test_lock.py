"""A lock in a repository: written, kept, checked, and left alone by what fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.repository import PROVIDER, Repository, write_provider
from tests.integration.test_statistics import counted
from tests.xpkg_tool.dependencies.lock.loopback import publish, source
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, running

GENERATE = ("generate-lockfiles", "--resolve=xpkg")


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with running() as started:
        publish(started, "f-naming", "v1.0.0", {"f-base": ">=v1.0.0"})
        publish(started, "f-base", "v1.0.0")
        yield started


@pytest.fixture
def repository(repository: Repository, tmp_path: Path) -> Repository:
    # Where the cache of packages is.
    repository.env["PANTS_XPKG_ENV_VARS"] = repr([f"HOME={tmp_path}", "PATH"])
    repository.env["PANTS_XPKG_STATS"] = "true"
    return repository


def depend(repository: Repository, registry: FakeRegistry, constraint: str) -> None:
    entry = f"  dependsOn:\n  - function: {source(registry, 'f-naming')}\n"
    meta = PROVIDER.format(name="provider-one")
    repository.write("one/crossplane.yaml", f"{meta}{entry}    version: '{constraint}'\n")


def test_a_lock_from_the_first_run_to_an_upgrade(
    repository: Repository, registry: FakeRegistry
) -> None:
    write_provider(repository, "one", "provider-one")
    depend(repository, registry, ">=v1.0.0")
    naming = source(registry, "f-naming")
    first = repository.pants(*GENERATE)
    assert f"+ {naming} v1.0.0 (Function)" in first.output
    lock = repository.root / "xpkg.lock"
    written = lock.read_bytes()
    assert b'"by": "//one"' in written
    # What is locked is kept, whatever there is now, and needs no registry.
    publish(registry, "f-naming", "v1.1.0")
    registry.seen.clear()
    repository.pants(*GENERATE)
    assert (lock.read_bytes(), registry.seen) == (written, [])
    # Lint agrees, and a new lock builds nothing.
    repository.pants("lint", "package", "one")
    upgraded = repository.pants(f"--xpkg-upgrade={naming}", *GENERATE)
    assert f"~ {naming} v1.0.0 -> v1.1.0" in upgraded.output
    after = repository.pants("lint", "package", "one")
    assert counted(after)[0] == 1
    # Nothing satisfies it: the lock stays, and lint says offline what to do.
    written = lock.read_bytes()
    depend(repository, registry, ">=v9.0.0")
    failed = repository.pants(*GENERATE, expect=1)
    assert "one/crossplane.yaml" in failed.output and "error XP156" in failed.output
    assert "Nothing was written: xpkg.lock is as it was." in failed.output
    assert "Traceback" not in failed.output
    assert lock.read_bytes() == written
    linted = repository.pants("lint", "one", expect=1)
    assert "error XP151" in linted.output
    assert "generate-lockfiles --resolve=xpkg`" in linted.output
