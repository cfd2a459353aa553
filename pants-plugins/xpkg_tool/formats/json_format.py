"""Findings for programs (docs/command-line.md has the form)."""

from __future__ import annotations

import json
from typing import Any, Sequence

from xpkg_tool import VERSION
from xpkg_tool.finding import Finding
from xpkg_tool.rules.catalogue import RULES

from .text import counts_of

# Raised when a field changes its meaning or goes away; new fields leave it as it is.
FORM = 1


def to_json(findings: Sequence[Finding]) -> str:
    """`{"form": 1, "toolVersion", "errors", "warnings", "findings": [{…}, …]}`. All characters that
    are not ASCII are written as escapes."""
    errors, warnings = counts_of(findings)
    document = {
        "form": FORM,
        "toolVersion": VERSION,
        "errors": errors,
        "warnings": warnings,
        "findings": [_entry(finding) for finding in findings],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(finding: Finding) -> dict[str, Any]:
    rule, position = RULES.get(finding.code), finding.position
    return {
        "code": finding.code,
        "rule": rule.name if rule else None,
        "severity": finding.severity,
        "message": finding.message,
        "remedy": finding.remedy,
        "object": finding.object or None,
        "path": finding.path or None,
        "line": position.line if position else None,
        "column": position.column if position else None,
        "endColumn": position.column + position.width if position else None,
        "source": position.source if position else None,
        "count": finding.count,
    }
