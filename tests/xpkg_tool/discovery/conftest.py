"""Where the walk begins."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `p`, named relative to the current one."""
    monkeypatch.chdir(tmp_path)
    Path("p").mkdir()
    return Path("p")
