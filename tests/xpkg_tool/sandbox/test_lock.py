"""The command that locks external packages (see tests/xpkg/goals/test_generate_lockfiles.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from xpkg_tool.messages.lock import LockRequest
from xpkg_tool.sandbox.lock import lock_packages


def test_a_folder_in_the_place_of_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("xpkg.lock").mkdir()
    answer = lock_packages(LockRequest(str(tmp_path), 1, {}, "xpkg.lock", (), {}), Path("out"))
    assert answer.error == (
        "xpkg.lock: error XP150: The lock cannot be read: it is a folder.\n"
        "  help: Remove the folder."
    )
    assert not Path("out").exists()
