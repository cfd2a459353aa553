"""Real registries, a real remote cache and a judge of manifests for the tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import build_grid
from tests.integration.api_server import ApiServer, api_server, built
from tests.integration.docker_registry import DockerRegistry, docker_registry
from tests.integration.install_judges import Judge, ServerJudge, TableJudge


@pytest.fixture
def plain_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "plain-registry") as registry:
        yield registry


@pytest.fixture
def basic_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "basic-registry", basic=True) as registry:
        yield registry


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
