"""What build-support/launcher.py takes for a finished set-up, and what it tells Pants."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Mapping

import pytest

from tests.launcher.launcher_clone import REPOSITORY

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 9), reason="these tests hand their own interpreter, CPython 3.9, on"
)


@pytest.fixture(scope="module")
def launcher() -> ModuleType:
    path = REPOSITORY / "build-support" / "launcher.py"
    spec = importlib.util.spec_from_file_location("launcher", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestKnowingWhatIsFinished:
    @pytest.fixture
    def finished(self, tmp_path: Path) -> Path:
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        (tmp_path / "venv" / "bin" / "python").touch()
        (tmp_path / "pex").write_bytes(b"pex")
        (tmp_path / "ready").write_text("file:///a%20b/pex\nv1|linux_x86_64|abc|3\n")
        return tmp_path

    def test_finished(self, launcher: ModuleType, finished: Path) -> None:
        assert launcher.read_ready(str(finished)) == {
            "PANTS_PEX_CLI_URL_TEMPLATE": "file:///a%20b/pex",
            "PANTS_PEX_CLI_KNOWN_VERSIONS": "['v1|linux_x86_64|abc|3']",
        }

    @pytest.mark.parametrize("name", ["ready", "pex", "venv/bin/python"])
    def test_a_part_is_missing(self, launcher: ModuleType, finished: Path, name: str) -> None:
        (finished / name).unlink()
        assert launcher.read_ready(str(finished)) is None

    @pytest.mark.parametrize(
        ("name", "content"), [("pex", "pe"), ("ready", ""), ("ready", "a\nb\n")]
    )
    def test_a_part_is_damaged(
        self, launcher: ModuleType, finished: Path, name: str, content: str
    ) -> None:
        (finished / name).write_text(content)
        assert launcher.read_ready(str(finished)) is None


class TestEnvironmentForPants:
    PEX: Mapping[str, str] = {
        "PANTS_PEX_CLI_URL_TEMPLATE": "file:///pex",
        "PANTS_PEX_CLI_KNOWN_VERSIONS": "['v1|linux_x86_64|abc|1']",
    }

    def test_sets_what_pants_needs(self, launcher: ModuleType) -> None:
        assert launcher.pants_environment({"PYTHONHOME": "/x", "A": "b"}, self.PEX) == {
            "A": "b",
            "NO_SCIE_WARNING": "1",
            "PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH": repr([os.path.dirname(sys.executable)]),
            **self.PEX,
        }

    @pytest.mark.parametrize(
        "name",
        ["PANTS_PEX_CLI_URL_TEMPLATE", "PANTS_PEX_CLI_KNOWN_VERSIONS"],
    )
    def test_leaves_the_pex_of_the_user_alone(self, launcher: ModuleType, name: str) -> None:
        result = launcher.pants_environment({name: "mine"}, self.PEX)
        assert {key: result[key] for key in result if key.startswith("PANTS_PEX")} == {name: "mine"}

    def test_leaves_other_settings_of_the_user_alone(self, launcher: ModuleType) -> None:
        caller = {
            "NO_SCIE_WARNING": "",
            "PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH": "['<PATH>']",
            "PANTS_CA_CERTS_PATH": "",
            "PIP_CERT": __file__,
            **self.PEX,
        }
        assert launcher.pants_environment(caller, self.PEX) == caller

    def test_certificates_that_exist(self, launcher: ModuleType) -> None:
        caller = {"PIP_CERT": "/no/such/file", "SSL_CERT_FILE": __file__}
        result = launcher.pants_environment(caller, self.PEX)
        assert result["PANTS_CA_CERTS_PATH"] == os.path.abspath(__file__)
