"""Findings as workflow commands, which GitHub shows beside the lines of a pull request."""

from __future__ import annotations

from typing import Sequence

from xpkg_tool.diagnostics.catalogue import RULES
from xpkg_tool.diagnostics.finding import Finding, visible
from xpkg_tool.diagnostics.formats.text import summary
from xpkg_tool.diagnostics.page import link


def to_commands(findings: Sequence[Finding], *, docs_url: str = "") -> str:
    """A line for each finding, `::error file=…,line=…,col=…,endColumn=…,title=…::message`, and one
    that counts them, for the log."""
    commands = [_command(finding, docs_url) for finding in findings]
    return "".join(f"{line}\n" for line in (*commands, summary(findings)))


def _command(finding: Finding, docs_url: str) -> str:
    properties: list[tuple[str, str]] = []
    if finding.path:
        properties.append(("file", finding.path))
    if finding.path and finding.position:
        properties += [
            ("line", str(finding.position.line)),
            ("col", str(finding.position.column)),
            ("endColumn", str(finding.position.column + finding.position.width)),
        ]
    rule = RULES.get(finding.code)
    properties.append(("title", f"{finding.code} {rule.name}" if rule else finding.code))
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties)
    subject = f" [{finding.object}]" if finding.object else ""
    parts = [visible(f"{finding.message}{subject}"), visible(finding.remedy)]
    if rule and docs_url:
        parts.append(visible(link(finding.code, docs_url)))
    return f"::{finding.severity} {listed}::{_data(chr(10).join(parts))}"


def _data(text: str) -> str:
    """The escapes of the runner's own toolkit: percent first, then line ends."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
