"""Findings for programs (docs/command-line.md has the form)."""

from __future__ import annotations

import json
from typing import Any, Sequence

from xpkg_tool import VERSION
from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.formats.text import counts_of
from xpkg_tool.diagnostics.page import link

# Raised when a field changes its meaning or goes away; new fields leave it as it is.
FORM = 1


def to_json(findings: Sequence[Finding], *, docs_url: str = "") -> str:
    """`{"form": 1, "toolVersion", "errors", "warnings", "findings": [{…}, …]}`. All characters that
    are not ASCII are written as escapes."""
    errors, warnings = counts_of(findings)
    document = {
        "form": FORM,
        "toolVersion": VERSION,
        "errors": errors,
        "warnings": warnings,
        "findings": [_entry(finding, docs_url) for finding in findings],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(finding: Finding, docs_url: str) -> dict[str, Any]:
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
        "source": (position.source or None) if position else None,
        "count": finding.occurrences,
        "url": link(finding.code, docs_url) if rule and docs_url else None,
    }
