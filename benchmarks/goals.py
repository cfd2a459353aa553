"""Times the goals on many small packages, beside the yardstick and Pants' own floor.

    python3.9 benchmarks/goals.py

generates 200 packages of 20 files of 4.5 KB in a temporary folder and prints a table of medians:
`package ::` cold (the store holds nothing but the tool, the daemon is warm), again with nothing
changed, and after one file was edited; beside them `list ::` and the yardstick, one process that
reads, parses, compresses and hashes the same files (benchmarks/yardstick.py). Ratios are what
counts: seconds differ from machine to machine.

The launcher sets up what Pants needs; the yardstick runs with the tool's libraries in a virtual
environment that is made from pants-plugins/xpkg/tool.lock when `--python` names none.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

_PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
pythonpath = ["{plugins}"]
backend_packages = ["xpkg"]
local_store_dir = "{store}"

[anonymous-telemetry]
enabled = false
"""

_META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-warm-up
"""


class Repository:
    """A repository with a store of its own, in which Pants and the tool are warm."""

    def __init__(self, root: Path) -> None:
        self.root = root / "repository"
        warm_up = self.root / "warm-up"
        warm_up.mkdir(parents=True)
        toml = _PANTS_TOML.format(plugins=PROJECT / "pants-plugins", store=root / "store")
        (self.root / "pants.toml").write_text(toml)
        (warm_up / "crossplane.yaml").write_text(_META)
        (warm_up / "BUILD").write_text("xpkg_package()\n")
        self.seconds("package", "::")

    def seconds(self, *args: str) -> float:
        start = time.perf_counter()
        done = subprocess.run(
            [str(PROJECT / "pants"), *args],
            check=False,
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"pants {' '.join(args)} failed:\n{done.stdout}{done.stderr}")
        return time.perf_counter() - start

    def close(self) -> None:
        for pid in self.root.glob(".pids/*/pantsd/pid"):
            os.kill(int(pid.read_text()), signal.SIGKILL)


def measure(packages: Path, python: str, runs: int) -> dict[str, list[float]]:
    """Seconds of each case, one for each run."""
    figures: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="xpkg-benchmark-") as folder:
            repository = Repository(Path(folder))
            try:
                one_run(repository, packages, python, figures)
            finally:
                repository.close()
    return figures


def one_run(
    repository: Repository, packages: Path, python: str, figures: dict[str, list[float]]
) -> None:
    def note(case: str, seconds: float) -> None:
        figures.setdefault(case, []).append(seconds)

    start = time.perf_counter()
    script = str(PROJECT / "benchmarks" / "yardstick.py")
    subprocess.run([python, script, str(packages)], check=True, stdout=subprocess.DEVNULL)
    note("yardstick", time.perf_counter() - start)

    shutil.copytree(packages, repository.root / "packages")
    time.sleep(1)  # The daemon hears of new files with a little delay.
    note("package, cold", repository.seconds("package", "::"))
    note("package, nothing changed", repository.seconds("package", "::"))
    note("list", repository.seconds("list", "::"))
    note("lint, after package", repository.seconds("lint", "::"))
    edited = next(iter(sorted((repository.root / "packages").rglob("crossplane.yaml"))))
    edited.write_text(edited.read_text() + "# edited\n")
    note("package, one file edited", repository.seconds("package", "::"))


def table(figures: dict[str, list[float]]) -> str:
    yardstick, listing = (statistics.median(figures[c]) for c in ("yardstick", "list"))
    lines = [f"{'case':26} {'median s':>9} {'x yardstick':>12} {'x list':>8}"]
    for case, seconds in figures.items():
        median = statistics.median(seconds)
        lines.append(f"{case:26} {median:9.2f} {median / yardstick:12.2f} {median / listing:8.2f}")
    return "\n".join(lines)


def tool_python(folder: Path) -> str:
    """An interpreter with the tool's locked libraries."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    lock = str(PROJECT / "pants-plugins" / "xpkg" / "tool.lock")
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock]
    subprocess.run(install, check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--packages", type=int, default=200)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--bytes", type=int, default=4500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--python", help="an interpreter that has the tool's libraries")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xpkg-benchmark-input-") as folder:
        python = options.python or tool_python(Path(folder, "venv"))
        generated = Path(folder, "generated")
        generate = [sys.executable, str(PROJECT / "benchmarks" / "generate.py"), str(generated)]
        sizes = (options.packages, options.files, options.bytes)
        for name, size in zip(("--packages", "--files", "--bytes"), sizes):
            generate += [name, str(size)]
        subprocess.run([*generate, "--pants"], check=True, stdout=subprocess.DEVNULL)
        figures = measure(generated / "packages", python, options.runs)
    print(f"{sizes[0]} packages of {sizes[1]} files of {sizes[2]} bytes, {options.runs} runs")
    print(table(figures))


if __name__ == "__main__":
    main()
