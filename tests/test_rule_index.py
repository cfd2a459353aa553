"""docs/rule-index.md lists the rules that there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from xpkg_tool.diagnostics.catalogue import RULES

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_its_program_writes() -> None:
    """`python tests/rule_index.py >docs/rule-index.md` writes it anew."""
    written = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "rule_index.py")], check=True, capture_output=True
    ).stdout.decode("utf-8")
    assert written == (ROOT / "docs" / "rule-index.md").read_text(encoding="utf-8")
    assert all(f"| [{code}](lint-rules.md#{code.lower()}) |" in written for code in RULES)
