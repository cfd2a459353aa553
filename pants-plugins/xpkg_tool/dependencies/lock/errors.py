"""The error of everything about a lock: what is wrong, all of it at once."""

from __future__ import annotations

from typing import Sequence

from xpkg_tool.diagnostics.finding import Finding, in_order, render_all


class LockError(Exception):
    """A lock cannot be read, or cannot be made. `findings` (at least one) are in order; `str()` is
    all of them as text. Never holds a secret."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = in_order(findings)
        super().__init__(self.findings[0].message)

    def __str__(self) -> str:
        return render_all(self.findings)
