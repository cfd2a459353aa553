"""No Python file escapes the checkers, and no test file CI: what git tracks is what they see.

They pass over some folders by default, such as `build/` and `dist/`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

from mypy.main import process_options

ROOT = Path(__file__).resolve().parents[1]
# Written from modules that are checked (test_by_name.py).
TWINS = {
    ROOT / "pants-plugins" / "xpkg" / "_by_name",
    ROOT / "tests" / "xpkg" / "stub_rules_by_name.py",
}
CI = (ROOT / ".ci" / "run").read_text("utf-8").replace("\\\n", " ")
# What pytest finds, without the time that importing it takes.
_COLLECT = """
import pytest
class Unread(pytest.Module):
    def collect(self):
        return []
class Seen:
    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makemodule(self, module_path, parent):
        if module_path.name != "__init__.py":
            print(f"seen {module_path}")
            return Unread.from_parent(parent, path=module_path)
pytest.main(["--collect-only", "-q", "-s", "-p", "no:cacheprovider"], plugins=[Seen()])
"""


def output(*command: str) -> list[str]:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def tracked(name: str = "*.py") -> set[Path]:
    """The files whose names fit, and those that are new and not ignored."""
    found = output("git", "ls-files", "--cached", "--others", "--exclude-standard")
    paths = {ROOT / path for path in found if fnmatch(Path(path).name, name)}
    assert paths, name
    return {path for path in paths if path.exists() and not TWINS & {path, *path.parents}}


def test_ruff_sees_every_python_file() -> None:
    seen = {Path(path) for path in output("ruff", "check", "--show-files", ".")}
    assert tracked() - seen == set()


def test_mypy_sees_every_python_file() -> None:
    (command,) = re.findall(r"^ *mypy (.*)", CI, re.MULTILINE)
    sources = process_options(shlex.split(command))[0]
    assert tracked() - {Path(str(source.path)).resolve() for source in sources} == set()


def test_pytest_sees_every_test_file() -> None:
    lines = output(sys.executable, "-c", _COLLECT)
    seen = {Path(line[5:]) for line in lines if line.startswith("seen ")}
    assert seen == tracked("test_*.py")


def test_ci_runs_every_test_file() -> None:
    """By `./pants test ::`, which runs the folders whose BUILD file says so, or by pytest."""
    (pytest,) = re.findall(r"^python -m pytest (.*)", CI, re.MULTILINE)
    run = [path for name in pytest.split() if "$" not in name for path in ROOT.glob(name)]
    builds = [path for path in tracked("BUILD") if "python_tests(" in path.read_text("utf-8")]
    assert all('\n    sources=["**/test_*.py"],\n' in path.read_text("utf-8") for path in builds)
    run += [path.parent for path in builds]
    assert [p for p in tracked("test_*.py") if not {p, *p.parents} & set(run)] == []
