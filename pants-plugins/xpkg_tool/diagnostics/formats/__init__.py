"""How findings are written: for people, for programs, for code scanning, for GitHub's log."""

from __future__ import annotations

from typing import Sequence

from xpkg_tool.diagnostics.finding import ERROR, Finding, strictness

FORMATS = ("text", "json", "sarif", "github")


def write_findings(
    findings: Sequence[Finding],
    format: str,
    fail_on: str = ERROR,
    *,
    docs_url: str = "",
    colour: bool = False,
) -> str:
    """The findings in one of FORMATS, with a line end at the end unless there is nothing to say.
    What is for people says where warnings fail, too.

    `docs_url` is the absolute URL of the page docs/lint-rules.md, to which the findings then link;
    `colour` is about text only."""
    if format == "json":
        from xpkg_tool.diagnostics.formats.json_format import to_json

        return to_json(findings, docs_url=docs_url)
    if format == "sarif":
        from xpkg_tool.diagnostics.formats.sarif import to_sarif

        return to_sarif(findings, docs_url=docs_url)
    if format == "github":
        from xpkg_tool.diagnostics.formats.github import to_commands

        return to_commands(findings, docs_url=docs_url) + _line(strictness(findings, fail_on))
    from xpkg_tool.diagnostics.formats.text import to_text

    text = to_text(findings, docs_url=docs_url, colour=colour)
    return text + _line(strictness(findings, fail_on))


def _line(text: str) -> str:
    return f"{text}\n" if text else ""
