"""Findings for people: each with its line and a caret, and a summary at the end."""

from __future__ import annotations

from typing import Iterator, Sequence

from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.finding import ERROR, Finding, render
from xpkg_tool.diagnostics.formats.colour import painted
from xpkg_tool.diagnostics.page import PAGE, link


def to_text(findings: Sequence[Finding], *, docs_url: str = "", colour: bool = False) -> str:
    """All findings and a line that counts them. The first finding of each rule says where the rule
    is explained: at `docs_url`, or else by `xpkg rule`."""
    if not findings:
        return "No findings.\n"
    shown = "\n\n".join(_shown(findings, docs_url, colour))
    return f"{shown}\n\n{summary(findings)}\n"


def _shown(findings: Sequence[Finding], docs_url: str, colour: bool) -> Iterator[str]:
    explained = set()
    for finding in findings:
        text = render(finding)
        if finding.code in RULES and finding.code not in explained:
            explained.add(finding.code)
            text += f"\n  docs: {_explained(finding.code, docs_url)}"
        yield painted(finding, text) if colour else text


def _explained(code: str, docs_url: str) -> str:
    return link(code, docs_url) if docs_url else f"xpkg rule {code} ({link(code, PAGE)})"


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
    errors = sum(finding.occurrences for finding in findings if finding.severity == ERROR)
    return errors, sum(finding.occurrences for finding in findings) - errors


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
