"""Real registries, stores, a real remote cache and a judge of manifests for the tests here."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from tests.integration import build_grid
from tests.integration.api_server import ApiServer, api_server, built
from tests.integration.docker_registry import DockerRegistry, docker_registry
from tests.integration.install_judges import Judge, ServerJudge, TableJudge
from tests.integration.repository import Repository, write_provider


@pytest.fixture
def plain_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "plain-registry") as registry:
        yield registry


@pytest.fixture
def basic_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "basic-registry", basic=True) as registry:
        yield registry


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """A repository for one test after another: to start its daemon takes longer than most of them.
    Each begins with `clear`."""
    made = Repository.create(tmp_path_factory.mktemp("running") / "repository")
    yield made
    made.close()


@pytest.fixture
def repository(running: Repository) -> Repository:
    """An empty repository."""
    running.clear()
    return running


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes stores of Pants that have the tool, and one package that no test builds."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # Of all processes of this run.
    original = base / "store-with-the-tool"
    with open(f"{original}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not original.exists():
            repository = Repository.create(base / "builds-the-tool")
            write_provider(repository, "p", "provider-that-no-test-builds")
            store = f"--local-store-dir={base / 'store-in-the-making'}"
            repository.pants("--no-pantsd", store, "package", "p")
            repository.close()
            (base / "store-in-the-making").rename(original)

    def copied() -> Path:
        store = tmp_path_factory.mktemp("store")
        return Path(shutil.copytree(original, store, dirs_exist_ok=True))

    return copied


@pytest.fixture(scope="session")
def build_grid_python() -> Path:
    """An interpreter that has BuildGrid's modules."""
    return build_grid.environment()


@pytest.fixture
def remote_cache(build_grid_python: Path, tmp_path: Path) -> Iterator[build_grid.BuildGrid]:
    with build_grid.build_grid(build_grid_python, tmp_path / "remote-cache") as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer | None]:
    programs = built()
    if programs is None:
        yield None
        return
    with api_server(programs, tmp_path_factory.mktemp("cluster") / "server") as running:
        yield running


@pytest.fixture(scope="module")
def judge(server: ApiServer | None, request: pytest.FixtureRequest) -> Judge:
    found: Judge = TableJudge()
    if server is not None:
        found = ServerJudge(server)
    # Also where nothing fails: which judge it was is a part of the result.
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\nThe judge of the manifests is {found.name}.")
    return found
