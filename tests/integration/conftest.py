"""Real registries for the tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker_registry import DockerRegistry, docker_registry


@pytest.fixture
def plain_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "plain-registry") as registry:
        yield registry


@pytest.fixture
def basic_registry(tmp_path: Path) -> Iterator[DockerRegistry]:
    with docker_registry(tmp_path / "basic-registry", basic=True) as registry:
        yield registry
