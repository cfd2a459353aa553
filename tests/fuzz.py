"""Runs the property tests, or the growth test, for as long as one likes: `python tests/fuzz.py`.

`pytest tests` runs each property with the examples that a commit can wait for. This runs them again
and again, with a seed of its own each time and more examples, until the time is over or one fails.
Each round prints its seed; the same seed finds the same again:

    python tests/fuzz.py --minutes 60
    python tests/fuzz.py --only test_mutated_archives --seed 17 --minutes 5
    python tests/fuzz.py --growth --minutes 30

`--growth` doubles the shapes of tests/growth/shapes.py from sizes that take longer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# How this file, as a plugin of pytest, knows what to do.
_TIMES, _DEADLINE = "XPKG_FUZZ_TIMES", "XPKG_FUZZ_DEADLINE"
# Growth is looked at from sizes that take so many seconds; a size may take so many.
_LEAST, _LIMIT = 0.5, 60


def main() -> int:
    arguments = _parser().parse_args()
    deadline = time.monotonic() + arguments.minutes * 60
    if arguments.growth:
        return _growth(arguments.only, deadline)
    failed = []
    seed = arguments.seed
    while time.monotonic() < deadline:
        print(f"seed {seed}", flush=True)
        if _round(arguments.only, seed, arguments.times, deadline):
            failed.append(seed)
            if not arguments.keep_going:
                break
        seed += 1
    if failed:
        print(f"Failed with the seeds {', '.join(map(str, failed))}.")
    return bool(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60, help="for how long (default: 60)")
    parser.add_argument("--only", default="", metavar="NAME", help="tests or shapes with this name")
    parser.add_argument("--seed", type=int, default=1, help="of the first round (default: 1)")
    parser.add_argument(
        "--times",
        type=int,
        default=10,
        help="examples, as a multiple of a test's own (default: 10)",
    )
    parser.add_argument("--keep-going", action="store_true", help="do not stop at a failure")
    parser.add_argument("--growth", action="store_true", help="double the shapes of inputs instead")
    return parser


def _round(only: str, seed: int, times: int, deadline: float) -> int:
    left = max(0.0, deadline - time.monotonic())
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "tests.fuzz", "-p", "no:cacheprovider"),
        *(f"--hypothesis-seed={seed}", "-k", only, str(ROOT / "tests" / "xpkg_tool")),
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        _TIMES: str(times),
        _DEADLINE: str(time.time() + left),
    }
    # 5: there was nothing to run, since the time was over.
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode not in (0, 5)


def pytest_collection_modifyitems(config, items):  # type: ignore[no-untyped-def]
    """Keep the property tests, and give them more examples."""
    from hypothesis import is_hypothesis_test, settings

    if _TIMES not in os.environ:
        return
    times = int(os.environ[_TIMES])
    kept = []
    for item in items:
        owner: Any = getattr(item, "cls", None)
        if isinstance(getattr(owner, "settings", None), settings):
            # A state machine.
            owner.settings = _more(owner.settings, times)
        elif is_hypothesis_test(getattr(item, "obj", None)):
            function = item.obj
            known = getattr(function, "_hypothesis_internal_use_settings", settings.default)
            function._hypothesis_internal_use_settings = _more(known, times)
        else:
            continue
        kept.append(item)
    items[:] = kept


def _more(known, times):  # type: ignore[no-untyped-def]
    from hypothesis import settings

    # A deadline would say how busy the machine is.
    return settings(known, max_examples=known.max_examples * times, database=None, deadline=None)


def pytest_runtest_setup(item):  # type: ignore[no-untyped-def]
    import pytest

    if time.time() > float(os.environ.get(_DEADLINE, "inf")):
        pytest.skip("the time is over")


def _growth(only: str, deadline: float) -> int:
    sys.path[:0] = [str(ROOT / "pants-plugins"), str(ROOT)]
    from tests.growth.measure import growth
    from tests.growth.shapes import SHAPES

    failed = []
    for shape in SHAPES:
        if only not in shape.name:
            continue
        if time.monotonic() > deadline:
            print("The time is over.")
            break
        problem = growth(shape, least_time=_LEAST, limit=_LIMIT)
        print(f"{shape.name}: {problem or 'right'}", flush=True)
        if problem:
            failed.append(shape.name)
    print(f"{len(failed)} failed: {', '.join(failed)}" if failed else "None failed.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
