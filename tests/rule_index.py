"""Writes docs/rule-index.md: all rules in a line each.

    python tests/rule_index.py >docs/rule-index.md

The rules are those of xpkg_tool/diagnostics/catalogue.py. A test checks that the page is what this
writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

_HEAD = """\
# Index of lint rules

All rules, one per line, as `xpkg rule` lists them. Each code links to its entry in
[Lint rules](lint-rules.md), with a wrong and a right example; `xpkg rule XP202` shows the same at
the terminal. This page is written by `python tests/rule_index.py`.

| code | severity | name | what is wrong |
|---|---|---|---|
"""


def page() -> str:
    """The page's text."""
    from xpkg_tool.diagnostics.catalogue import RULES
    from xpkg_tool.diagnostics.page import link

    return _HEAD + "".join(
        f"| [{rule.code}]({link(rule.code, 'lint-rules.md')}) | {rule.severity} | {rule.name} | "
        f"{rule.summary.replace('|', chr(92) + '|')} |\n"
        for rule in RULES.values()
    )


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "pants-plugins")]
    sys.stdout.write(page())
