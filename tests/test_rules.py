"""What build-support/rules.py writes from the rules is up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_what_is_known_of_all_rules_is_up_to_date() -> None:
    """After a change of rules: `python build-support/rules.py`."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "build-support" / "rules.py"), "--check"],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
