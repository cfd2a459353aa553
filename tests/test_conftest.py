"""What tests/conftest.py does with skips and with the order of tests."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")

TESTS = """
import pytest

def test_skipped():
    pytest.skip("no such program")

@pytest.mark.skip(reason="never")
def test_marked():
    pass

@pytest.mark.allow_skip_in_ci(reason="rare interpreter")
def test_allowed():
    pytest.skip("no such interpreter")

@pytest.mark.xfail(strict=True)
def test_expected_failure():
    assert False

def test_passes():
    pass
"""


REST = {"xfailed": 1, "passed": 1}


def run(folder: Path, ci: str) -> tuple[int, str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  allow_skip_in_ci\n  integration\n")
    shutil.copy(CONFTEST, folder)
    # Plugins are not needed and take time to import.
    environment = {**os.environ, "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("ci", "code", "counts"),
    [
        ("true", 1, {"failed": 1, "error": 1, **REST, "skipped": 1}),
        ("", 0, {**REST, "skipped": 3}),
    ],
)
def test_a_skip_fails_in_ci(tmp_path: Path, ci: str, code: int, counts: dict[str, int]) -> None:
    (tmp_path / "test_a.py").write_text(TESTS)
    returncode, output = run(tmp_path, ci)
    assert returncode == code, output
    found = {
        word: int(number) for number, word in re.findall(r"(\d+) (\w+)", output.splitlines()[-1])
    }
    assert found == counts
    if ci:
        assert (
            "test_skipped: with CI=true no test may be skipped. Skipped: no such program" in output
        )


@pytest.mark.parametrize(("ci", "code"), [("true", 2), ("", 0)])
def test_a_skipped_module_fails_in_ci(tmp_path: Path, ci: str, code: int) -> None:
    (tmp_path / "test_a.py").write_text("def test_passes(): pass\n")
    (tmp_path / "test_b.py").write_text(
        "import pytest\npytest.skip('no corpus', allow_module_level=True)\n"
    )
    returncode, output = run(tmp_path, ci)
    assert returncode == code, output
    assert ("no test may be skipped. Skipped: no corpus" in output) == bool(ci)


def test_integration_tests_come_last(tmp_path: Path) -> None:
    for name in ("integration/test_a.py", "test_z.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("def test_passes(): pass\n")
    returncode, output = run(tmp_path, "true")
    assert returncode == 0, output
    assert re.findall(r"^(\S+\.py)::", output, re.MULTILINE) == [
        "test_z.py",
        "integration/test_a.py",
    ]


def test_ctrl_c_ends_what_tests_start_even_in_the_background(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import signal, subprocess, sys\n"
        "def test_sigint():\n"
        "    script = 'import os, signal; os.kill(os.getpid(), signal.SIGINT)'\n"
        "    done = subprocess.run([sys.executable, '-c', script], stderr=subprocess.PIPE)\n"
        "    assert done.returncode == -signal.SIGINT\n"
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        returncode, output = run(tmp_path, "true")
    finally:
        signal.signal(signal.SIGINT, before)
    assert returncode == 0, output
