"""The error of everything about a lock: what is wrong, all of it at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from xpkg_tool.diagnostics.finding import Finding, render, visible


@dataclass(frozen=True)
class Problem:
    """A finding, and lines to show below it."""

    finding: Finding
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = (visible(f"  {line}".rstrip()) for line in self.details)
        return "\n".join((render(self.finding), *lines))


class LockError(Exception):
    """A lock cannot be read, or cannot be made. `problems` (at least one) are in order; `str()` is
    all of them as text. Never holds a secret."""

    def __init__(self, problems: Sequence[Finding | Problem]) -> None:
        found = (Problem(p) if isinstance(p, Finding) else p for p in problems)
        ordered = sorted(dict.fromkeys(found), key=lambda problem: problem.finding.sort_key())
        super().__init__(ordered[0].finding.message)
        self.problems = tuple(ordered)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(problem.finding for problem in self.problems)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.problems))
