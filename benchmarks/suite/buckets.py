"""The effect of the number of packages that share a process: one, as many as now, all."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from benchmarks.inputs import PLUGINS
from benchmarks.rounds import Case, Round
from benchmarks.table import Row, Section

# How many packages a bucket has, as words and as a number.
_SIZES = {"about 1 a process": 1, "about 16 a process": 16, "all in one process": 1_000_000}
_CHOSEN = "about 16 a process"
_CONSTANT = re.compile(r"^_PACKAGES_PER_BUCKET = \d+$", re.MULTILINE)


def measure(round: Round) -> None:
    for words, size in _SIZES.items():
        plugins = _plugins_with(round.folder / f"plugins-{size}", size)
        with round.repository(f"buckets-{size}", plugins) as ours:
            folders = ours.add(round.inputs.packages)
            round.note(f"buckets: cold, {words}", ours.pants("package", "::"))
            for number in round.repeats:
                ours.edit(folders[number] / "crossplane.yaml")
                round.note(f"buckets: one change, {words}", ours.pants("package", "::"))
        # In a separate repository: replacing all files in one that the daemon watches would keep it
        # busy for many seconds.
        with round.repository(f"one-of-{size}", plugins) as ours:
            ours.add(round.inputs.packages)
            one = ours.pants("package", "packages/p000")
            round.note(f"buckets: one requested, {words}", one)


def _plugins_with(target: Path, size: int) -> Path:
    """A copy of the backend whose buckets have `size` packages."""
    shutil.copytree(PLUGINS, target, ignore=shutil.ignore_patterns("__pycache__"))
    module = target / "xpkg" / "building" / "buckets.py"
    text, count = _CONSTANT.subn(f"_PACKAGES_PER_BUCKET = {size}", module.read_text())
    if count != 1:
        raise AssertionError(f"{module.name} no longer has _PACKAGES_PER_BUCKET.")
    module.write_text(text)
    return target


def _rows(what: str) -> tuple[Row, ...]:
    chosen = f"buckets: {what}, {_CHOSEN}"
    return tuple(
        Row(f"buckets: {what}, {words}", f"{what}, {words}", chosen, "", _CHOSEN)
        for words in _SIZES
    )


CASE = Case(
    "buckets",
    (
        Section(
            "Packages that share a process: 200 packages",
            (*_rows("cold"), *_rows("one change"), *_rows("one requested")),
        ),
    ),
    measure,
)
