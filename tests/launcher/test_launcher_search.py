"""How ./pants finds an interpreter.

With a launcher.py that prints its interpreter, to see which one ./pants chooses.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.launcher.launcher_clone import THIS_PYTHON, make_clone, run

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 9), reason="these tests hand their own interpreter, CPython 3.9, on"
)


class TestFindingAnInterpreter:
    """With a launcher.py that prints its interpreter, to see which one ./pants chooses."""

    @pytest.fixture
    def clone(self, tmp_path: Path) -> Path:
        clone = make_clone(tmp_path / "clone")
        launcher = clone / "build-support" / "launcher.py"
        launcher.write_text("import sys; print(sys.executable, *sys.argv[2:])")
        return clone

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (tmp_path / "home").mkdir()
        return tmp_path / "home"

    @pytest.fixture
    def shims(self, tmp_path: Path) -> Path:
        """A folder for PATH with a shim that only prints an error."""
        shims = tmp_path / "shims for PATH"
        shims.mkdir()
        shim = shims / "python3.9"
        shim.write_text('#!/bin/sh\necho "python3.9: command not found"\nexit 127\n')
        shim.chmod(0o755)
        return shims

    def test_none_anywhere(self, clone: Path, home: Path) -> None:
        result = run(clone / "pants", "list", env={"HOME": str(home), "PATH": ""}, cwd=clone)
        assert result.returncode == 1
        assert result.stdout == ""
        sentence, *ways = result.stderr.splitlines()
        assert "CPython 3.9" in sentence
        assert [way.split(":")[0].strip() for way in ways[:3]] == ["pyenv", "uv", "system"]
        assert not list(home.iterdir())

    def test_a_shim_and_other_versions_are_refused(
        self, clone: Path, home: Path, shims: Path
    ) -> None:
        other = shims / "python3"
        other.write_text('#!/bin/sh\necho "no it is cpython 3.11"\n')
        other.chmod(0o755)
        env = {"HOME": str(home), "PATH": str(shims)}
        result = run(clone / "pants", "list", env=env, cwd=clone)
        assert result.returncode == 1
        assert f"{shims}/python3.9: it does not run" in result.stderr
        assert f"{other}: it is cpython 3.11" in result.stderr

    @pytest.mark.parametrize(
        ("folder", "variable", "value"),
        [
            (".pyenv/versions/3.9.18/bin", "", ""),
            ("my pyenv/versions/3.9-dev/bin", "PYENV_ROOT", "my pyenv"),
            (".local/share/uv/python/cpython-3.9.21-linux-x86_64-gnu/bin", "", ""),
            ("data/uv/python/cpython-3.9.21-linux-x86_64-gnu/bin", "XDG_DATA_HOME", "data"),
            ("uv/cpython-3.9.21-linux-x86_64-gnu/bin", "UV_PYTHON_INSTALL_DIR", "uv"),
            ("some where", "PATH", "some where"),
        ],
    )
    def test_found(
        self, clone: Path, home: Path, shims: Path, folder: str, variable: str, value: str
    ) -> None:
        (home / folder).mkdir(parents=True)
        (home / folder / "python3.9").symlink_to(THIS_PYTHON)
        env = {"HOME": str(home), "PATH": str(shims)}
        if variable:
            env[variable] = os.pathsep.join(filter(None, (env.get(variable), f"{home}/{value}")))
        result = run(clone / "pants", "list", "::", env=env, cwd=clone)
        # The interpreter itself, not the name that led to it.
        assert result.stdout == f"{THIS_PYTHON} list ::\n", result.stderr
        assert result.stderr == ""

    def test_override(self, clone: Path, home: Path, shims: Path, tmp_path: Path) -> None:
        python = tmp_path / "my python"
        python.symlink_to(THIS_PYTHON)
        env = {"HOME": str(home), "PATH": "", "PANTS_XPKG_PYTHON": str(python)}
        assert run(clone / "pants", env=env, cwd=clone).stdout == f"{THIS_PYTHON}\n"
        env = {
            **env,
            "PANTS_XPKG_PYTHON": str(shims / "python3.9"),
            "PATH": str(THIS_PYTHON.parent),
        }
        result = run(clone / "pants", env=env, cwd=clone)
        assert result.returncode == 1
        assert "PANTS_XPKG_PYTHON" in result.stderr
        assert "it does not run" in result.stderr

    def test_a_noted_interpreter_counts_only_while_it_is_there(
        self, clone: Path, home: Path, shims: Path
    ) -> None:
        state = home / ".cache" / "pants-xpkg"
        state.mkdir(parents=True)
        env = {"HOME": str(home), "PATH": str(THIS_PYTHON.parent)}
        (state / "python").write_text(f"\n{home}/gone/bin/python3.9\n")
        assert run(clone / "pants", env=env, cwd=clone).stdout == f"{THIS_PYTHON}\n"
        # Noted for another override: it is not taken without one.
        (state / "python").write_text(f"{shims}/python3.9\n{shims}/python3.9\n")
        assert run(clone / "pants", env=env, cwd=clone).stdout == f"{THIS_PYTHON}\n"
        (state / "python").write_text(f"\n{THIS_PYTHON}\n")
        result = run(clone / "pants", env={**env, "PATH": ""}, cwd=clone)
        assert result.stdout == f"{THIS_PYTHON}\n"

    @pytest.mark.parametrize("home_setting", [{}, {"HOME": ""}, {"XDG_CACHE_HOME": "relative"}])
    def test_no_home(self, clone: Path, home_setting: dict[str, str]) -> None:
        env = {"PATH": str(THIS_PYTHON.parent), **home_setting}
        result = run(clone / "pants", env=env, cwd=clone)
        assert result.returncode == 1
        assert "neither HOME nor XDG_CACHE_HOME" in result.stderr

    def test_cache_home(self, clone: Path, tmp_path: Path) -> None:
        env = {"PATH": str(THIS_PYTHON.parent), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        result = run(clone / "pants", "list", env=env, cwd=clone)
        assert result.stdout == f"{THIS_PYTHON} list\n", result.stderr
