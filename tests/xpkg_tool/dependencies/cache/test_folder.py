"""Where the cache is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder


def test_a_folder_that_was_named_must_exist(tmp_path: Path) -> None:
    assert cache_folder(str(tmp_path), {}) == str(tmp_path)
    missing = tmp_path / "missing"
    with pytest.raises(NoFolder, match="does not exist"):
        cache_folder(str(missing), {"HOME": str(tmp_path)})
    assert not missing.exists()
    (tmp_path / "file").touch()
    with pytest.raises(NoFolder):
        cache_folder(str(tmp_path / "file"), {})
    with pytest.raises(NoFolder):
        cache_folder("", {"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"HOME": "{0}", "XDG_CACHE_HOME": "{0}/c"}, "c"),
        ({"HOME": "{0}"}, ".cache"),
        ({"HOME": "{0}", "XDG_CACHE_HOME": ""}, ".cache"),
        # Which the specification says to ignore.
        ({"HOME": "{0}", "XDG_CACHE_HOME": "relative"}, ".cache"),
        ({"XDG_CACHE_HOME": "{0}/c"}, "c"),
    ],
)
def test_the_usual_one_is_created(env: dict[str, str], expected: str, tmp_path: Path) -> None:
    env = {name: value.format(tmp_path) for name, value in env.items()}
    folder = cache_folder(None, env)
    assert folder == str(tmp_path / expected / "pants-xpkg" / "packages")
    assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700
    assert cache_folder(None, env) == folder


@pytest.mark.parametrize("env", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_nowhere(env: dict[str, str]) -> None:
    with pytest.raises(NoFolder, match="neither XDG_CACHE_HOME nor HOME is set"):
        cache_folder(None, env)


def test_it_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / ".cache").touch()
    with pytest.raises(NoFolder, match="cannot be created") as caught:
        cache_folder(None, {"HOME": str(tmp_path)})
    assert "--cache-dir" in caught.value.remedy
