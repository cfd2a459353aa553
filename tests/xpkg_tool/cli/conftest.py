"""Where the commands run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import EXAMPLE, META, write


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder holds a package `p`."""
    monkeypatch.chdir(tmp_path)
    write("p/crossplane.yaml", META)
    write("p/examples/a.yaml", EXAMPLE)


@pytest.fixture(autouse=True)
def _nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a login of whoever runs the tests."""
    for name in ("HOME", "DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
