"""./pants for real: setting up once, starting again, and being killed half way.

Plain pytest, not `./pants test`: Pants is set up in homes of their own, which needs a source of
packages.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from tests.launcher.launcher_clone import environment, make_clone, run, start

pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 9), reason="these tests hand their own interpreter, CPython 3.9, on"
)

# Instead of Pants: its process, and how much memory the largest child that it waited for took.
PROBE = """\
import os, resource, sys
print(os.getpid(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, sys.argv[1:])
"""


def state_of(home: Path) -> Path:
    """The one folder that is set up below this home."""
    (ready,) = (home / ".cache" / "pants-xpkg").glob("*/ready")
    return ready.parent


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for does not happen"
        time.sleep(0.05)


def wait_for(folder: Path, pattern: str) -> Path:
    wait_until(lambda: any(folder.glob(pattern)))
    return next(folder.glob(pattern))


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One pip cache for all homes, so that packages are fetched once."""
    return str(tmp_path_factory.mktemp("pip"))


class TestSettingUp:
    @pytest.fixture(scope="class")
    def clone(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return make_clone(tmp_path_factory.mktemp("set up") / "a clone {with} spaces")

    @pytest.fixture(scope="class")
    def env(self, tmp_path_factory: pytest.TempPathFactory, downloads: str) -> dict[str, str]:
        home = tmp_path_factory.mktemp("home") / "an empty home"
        return environment(home, PIP_CACHE_DIR=downloads)

    @pytest.fixture(scope="class")
    def first(self, clone: Path, env: dict[str, str]) -> list[tuple[int, str, str]]:
        """What came of two starts at once in an empty home: one sets up, which takes long."""
        both = [start(clone / "pants", "--version", env=env, cwd=clone) for _ in range(2)]
        printed = [process.communicate(timeout=300) for process in both]
        return [(process.returncode, *texts) for process, texts in zip(both, printed)]

    @pytest.fixture
    def probe(self, first: list[tuple[int, str, str]], env: dict[str, str]) -> Iterator[Path]:
        """Pants replaced by PROBE in the finished set-up, whose folder is returned."""
        state = state_of(Path(env["HOME"]))
        script = state / "venv" / "bin" / "pants"
        original = script.read_bytes()
        script.write_text(PROBE)
        yield state
        script.write_bytes(original)

    def test_two_first_starts_at_once(self, first: list[tuple[int, str, str]]) -> None:
        assert [(code, output) for code, output, _ in first] == [(0, "2.17.1\n")] * 2, first
        errors = "".join(error for _, _, error in first)
        assert errors.count("setting up Pants, once") == 1
        assert errors.count("waiting for it") <= 1

    def test_second_start_starts_no_process_and_writes_nothing(
        self, clone: Path, env: dict[str, str], probe: Path
    ) -> None:
        before = {path: path.lstat().st_mtime_ns for path in probe.parent.rglob("*")}
        # With nothing to find on PATH, it cannot have searched either.
        process = start(clone / "pants", "a b", "", env={**env, "PATH": ""}, cwd=clone)
        output, errors = process.communicate(timeout=60)
        # The same process all the way, and it never waited for a child.
        assert output == f"{process.pid} 0 ['a b', '']\n", errors
        assert errors == ""
        assert {path: path.lstat().st_mtime_ns for path in probe.parent.rglob("*")} == before

    def test_second_start_takes_no_time(
        self, clone: Path, env: dict[str, str], probe: Path
    ) -> None:
        def seconds(command: Path, *arguments: str) -> float:
            begin = time.monotonic()
            assert run(command, *arguments, env=env, cwd=clone).returncode == 0
            return time.monotonic() - begin

        python, script = probe / "venv" / "bin" / "python", probe / "venv" / "bin" / "pants"
        through_launcher = min(seconds(clone / "pants") for _ in range(10))
        alone = min(seconds(python, str(script)) for _ in range(10))
        assert through_launcher - alone < 0.1

    def test_from_elsewhere_and_through_a_link(
        self, clone: Path, env: dict[str, str], probe: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "to clone").symlink_to(clone / "pants")
        (tmp_path / "link").symlink_to("to clone")
        for pants, cwd in ((clone / "pants", tmp_path), (tmp_path / "link", clone)):
            result = run(pants, "list", env=env, cwd=cwd)
            assert result.stdout.endswith("['list']\n"), result.stderr
            assert result.stderr == ""

    def test_outside_of_any_repository_means_its_own(
        self, clone: Path, env: dict[str, str], probe: Path, tmp_path: Path
    ) -> None:
        (probe / "venv" / "bin" / "pants").write_text("import os; print(os.getcwd())")
        inside = clone / "below"
        inside.mkdir()
        assert run(clone / "pants", env=env, cwd=tmp_path).stdout == f"{clone}\n"
        assert run(clone / "pants", env=env, cwd=inside).stdout == f"{inside}\n"

    def test_no_source_of_packages(self, clone: Path, tmp_path: Path) -> None:
        env = environment(tmp_path / "home", PIP_NO_CACHE_DIR="1")
        env.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
        result = run(clone / "pants", "list", env=env, cwd=clone)
        assert (result.returncode, result.stdout) == (1, "")
        assert "could not install the requirements" in result.stderr
        assert "Traceback" not in result.stderr
        assert not list(tmp_path.rglob("ready"))

    def test_killed_half_way(self, clone: Path, downloads: str, tmp_path: Path) -> None:
        # Pants is installed twice for this; to compile all of it takes longer than to unpack it.
        env = environment(tmp_path / "home", PIP_CACHE_DIR=downloads, PIP_NO_COMPILE="1")
        cache = tmp_path / "home" / ".cache" / "pants-xpkg"
        # The launcher alone: its pip lives on, and the next start must not come between.
        with start(clone / "pants", "--version", env=env, cwd=clone) as launcher:
            packages = wait_for(cache, "*/venv/lib/python3.9/site-packages/pex").parent
            launcher.kill()
        left_behind = packages / "left behind"
        left_behind.touch()
        # Then all its processes, at another moment: the folder has been emptied and is made again.
        with start(clone / "pants", "--version", env=env, cwd=clone) as launcher:
            wait_until(lambda: not left_behind.exists())
            wait_for(cache, "*/venv/bin/python")
            os.killpg(launcher.pid, signal.SIGKILL)
            assert launcher.stderr is not None
            assert "waiting for it" in launcher.stderr.read()
        assert not list(cache.glob("*/ready"))
        # Nobody else is setting up: as the first start in an empty home.
        result = run(clone / "pants", "--version", env=env, cwd=clone)
        assert (result.returncode, result.stdout) == (0, "2.17.1\n"), result.stderr
        assert "setting up Pants" in result.stderr and "waiting" not in result.stderr
        assert not left_behind.exists()
