"""What holds for all tests: their order, what CI makes of a skip, and where Pants finds its tools.

`./pants test` does not load this file: it runs the tests of each folder on their own.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Generator
from unittest import mock

import pytest

TESTS = Path(__file__).resolve().parent
PROJECT = TESTS.parent
INTEGRATION = TESTS / "integration"
RULES = TESTS / "xpkg"


def pytest_configure() -> None:
    """Let SIGINT end what tests start, although a shell ignores it in what it runs with `&`."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, None, None]:
    """Give tests that run rules in an engine of their own what ./pants gives to Pants.

    All others run as the user would: they start ./pants, which is to find these things itself.
    """
    if RULES not in item.path.parents:
        yield
        return
    with mock.patch.dict(os.environ, {**_launcher_environment(), **os.environ}):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run fast tests first: when they fail, the slow ones say nothing more. Several processes
    (pytest-xdist) begin with the files that take longest, so that none is left over at the end."""
    for item in items:
        if INTEGRATION in item.path.parents:
            item.add_marker(pytest.mark.integration)
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: _place(item.path.name))
    else:
        items.sort(key=lambda item: item.get_closest_marker("integration") is not None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, _Result, None]:
    """In CI, turn the skip of a test into a failure that gives the reason."""
    outcome = yield
    report = outcome.get_result()
    # pytest reports an expected failure as skipped, too.
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if _in_ci() and skipped and item.get_closest_marker("allow_skip_in_ci") is None:
        _fail(report)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, _Result, None]:
    """In CI, turn the skip of a whole module into a failure that gives the reason."""
    outcome = yield
    report = outcome.get_result()
    if _in_ci() and report.skipped:
        _fail(report)


# The files whose tests take minutes, the longest first.
_LONGEST = (
    "test_readme.py",
    "test_remote_cache.py",
    "test_remote_execution.py",
    "test_statistics.py",
    "test_hermetic.py",
    "test_wheel.py",
    "test_growth.py",
)


def _place(name: str) -> int:
    return _LONGEST.index(name) if name in _LONGEST else len(_LONGEST)


class _Result:
    """What a hook wrapper receives, as far as it is used here."""

    def get_result(self) -> pytest.TestReport:
        raise NotImplementedError


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"


def _fail(report: pytest.TestReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: with CI=true no test may be skipped. {reason}"


@functools.cache
def _launcher_environment() -> dict[str, str]:
    """The PANTS_ variables that ./pants sets; none before ./pants has run once."""
    python = _launcher_python()
    if python is None:
        return {}
    # The second half of ./pants, but for its last step.
    script = """
import json, os, runpy, sys
def tell(path, argv, environment):
    print(json.dumps({k: v for k, v in environment.items() if k.startswith("PANTS_")}))
    sys.exit()
os.execve = tell
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
    launcher = PROJECT / "build-support" / "launcher.py"
    done = subprocess.run(
        [python, "-I", "-S", "-c", script, launcher, _launcher_state()],
        check=True,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    variables: dict[str, str] = json.loads(done.stdout)
    return variables


def _launcher_state() -> Path:
    """As ./pants decides it."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return Path(cache if cache.startswith("/") else Path.home() / ".cache", "pants-xpkg")


def _launcher_python() -> str | None:
    try:
        python = (_launcher_state() / "python").read_text(encoding="utf-8").splitlines()[1]
    except (OSError, IndexError):
        return None
    return python if os.access(python, os.X_OK) else None
