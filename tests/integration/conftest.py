"""Real registries and a real remote cache for the tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import build_grid
from tests.integration.docker_registry import DockerRegistry, docker_registry


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
