"""Findings for people: each with its line and a caret, and a summary at the end."""

from __future__ import annotations

from typing import Sequence

from xpkg_tool.finding import ERROR, Finding, render_all


def to_text(findings: Sequence[Finding]) -> str:
    """All findings and a line that counts them."""
    if not findings:
        return "No findings.\n"
    return f"{render_all(findings)}\n\n{summary(findings)}\n"


def summary(findings: Sequence[Finding]) -> str:
    """`2 errors and 1 warning in 3 files.`"""
    errors, warnings = counts_of(findings)
    counts = [
        _count(number, noun)
        for number, noun in ((errors, "error"), (warnings, "warning"))
        if number
    ]
    files = len({finding.path for finding in findings if finding.path})
    where = f" in {_count(files, 'file')}" if files else ""
    return f"{' and '.join(counts) or 'No findings'}{where}."


def counts_of(findings: Sequence[Finding]) -> tuple[int, int]:
    """How many errors and warnings there are, with those that are counted only."""
    errors = sum(finding.count for finding in findings if finding.severity == ERROR)
    return errors, sum(finding.count for finding in findings) - errors


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
