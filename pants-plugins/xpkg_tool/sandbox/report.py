"""The command that writes the findings of several packages to files, for other programs."""

from __future__ import annotations

import json
from pathlib import Path

from xpkg_tool.diagnostics.finding import Finding, in_order
from xpkg_tool.diagnostics.formats import write_findings
from xpkg_tool.messages.report import ReportRequest

_FILES = {
    "github": "annotations.txt",
    "json": "findings.json",
    "sarif": "findings.sarif",
    "text": "findings.txt",
}


def write_reports(request: ReportRequest, output: Path) -> None:
    """Writes all findings, those of each of FINDINGS that the request names, to one file for each
    format."""
    found = (json.loads(Path(path).read_text("ascii")) for path in request.findings)
    findings = in_order(Finding.from_json(stored) for package in found for stored in package)
    output.mkdir(parents=True)
    for format in request.formats:
        text = write_findings(findings, format)
        (output / _FILES[format]).write_bytes(text.encode("utf-8", "backslashreplace"))
