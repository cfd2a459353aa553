"""How findings are written: for people, for programs, for code scanning, for GitHub's log."""

from __future__ import annotations

from typing import Sequence

from xpkg_tool.finding import Finding

FORMATS = ("text", "json", "sarif", "github")


def write_findings(
    findings: Sequence[Finding], format: str, *, docs_url: str = "", colour: bool = False
) -> str:
    """The findings in one of FORMATS, with a line end at the end unless there is nothing to say.

    `docs_url` is the absolute URL of the page docs/lint-rules.md, to which the findings then link;
    `colour` is about text only."""
    if format == "json":
        from .json_format import to_json

        return to_json(findings, docs_url=docs_url)
    if format == "sarif":
        from .sarif import to_sarif

        return to_sarif(findings, docs_url=docs_url)
    if format == "github":
        from .github import to_commands

        return to_commands(findings, docs_url=docs_url)
    from .text import to_text

    return to_text(findings, docs_url=docs_url, colour=colour)
