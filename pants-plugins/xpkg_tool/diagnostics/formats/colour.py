"""Findings as text, in colours."""

from __future__ import annotations

from typing import Mapping

from xpkg_tool.diagnostics.finding import ERROR, Finding

_RESET = "\x1b[0m"
_BOLD, _RED, _YELLOW, _CYAN, _DIM = (f"\x1b[{codes}m" for codes in ("1", "1;31", "1;33", "36", "2"))


def wants_colour(choice: str, is_terminal: bool, environment: Mapping[str, str]) -> bool:
    """`choice` is `always`, `never` or `auto`; `auto` follows the conventions of no-color.org,
    force-color.org and bixense.com/clicolors, in that order, and otherwise asks for a terminal that
    can show colours."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(n, "0") not in ("", "0") for n in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environment.get("CLICOLOR") == "0" or environment.get("TERM") == "dumb":
        return False
    return is_terminal


def painted(finding: Finding, text: str) -> str:
    """`text`, which `render` made of the finding, with colours for the place, the severity, the
    caret and the names of what is below it. Without the colours it is the same text."""
    severity = _RED if finding.severity == ERROR else _YELLOW
    head, *rest = text.split("\n")
    # A path may say anything, so the last such words before the message are looked for.
    label = f"{finding.severity} {finding.code}:"
    end = head.find(f"{label} {finding.message[:20]}")
    start = end if end >= 0 else head.find(label)
    if start >= 0:
        place, message = head[:start], head[start + len(label) :]
        place = _paint(_BOLD, place.rstrip()) + " " if place else ""
        head = f"{place}{_paint(severity, label)}{message}"
    return "\n".join([head, *(_painted_line(line, severity) for line in rest)])


def _painted_line(line: str, severity: str) -> str:
    for name in ("  help:", "  docs:"):
        if line.startswith(name):
            return _paint(_CYAN, name) + line[len(name) :]
    gutter, bar, shown = line.partition(" | ")
    if not bar:
        return line
    if not gutter.strip():
        lead = shown.rstrip("^")
        shown = lead + _paint(severity, shown[len(lead) :])
    return f"{_paint(_DIM, gutter + bar.rstrip())} {shown}"


def _paint(colour: str, text: str) -> str:
    return f"{colour}{text}{_RESET}" if text else ""
