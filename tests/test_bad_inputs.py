"""docs/bad-inputs.md says what the tool says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_its_program_writes() -> None:
    """`python tests/bad_inputs.py >docs/bad-inputs.md` writes it anew."""
    written = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "bad_inputs.py")], check=True, capture_output=True
    ).stdout.decode("utf-8")
    assert written == (ROOT / "docs" / "bad-inputs.md").read_text(encoding="utf-8")
