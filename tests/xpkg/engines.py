"""Engines that several tests use: making one takes longer than most tests do, and each that is made
stays in the process, which then takes longer to start others."""

from __future__ import annotations

import shutil
from pathlib import Path

from pants.base.build_root import BuildRoot
from pants.testutil.rule_runner import RuleRunner


def emptied(runner: RuleRunner) -> RuleRunner:
    """The same, as if it had just been made: without files, options and anything that it knows."""
    root = Path(runner.build_root)
    if root.exists():
        shutil.rmtree(root)
    Path(runner.pants_workdir).mkdir(parents=True)
    # Another engine may have been made in between.
    BuildRoot().path = str(root)
    runner.scheduler.scheduler.invalidate_all()
    runner.set_options([])
    return runner
