# Written by `python build-support/by_name.py`; do not edit.
"""The findings of `pants lint` in files, for code scanning and for the log of a CI system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.fs import AddPrefix, Digest
from pants.engine.rules import collect_rules, concurrently, implicitly, rule
from pants.engine.intrinsics import add_prefix
from xpkg.tool.run import ask_the_tool
from pants.util.logging import LogLevel

from xpkg.tool.run import ToolAnswer, ToolRequest
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.report import ReportFormat, ReportRequest


@dataclass(frozen=True)
class LintReportsRequest:
    """Asks for the digest with a file in each of `formats` of the findings in `findings`, each of
    which holds FINDINGS."""

    findings: tuple[Digest, ...]
    formats: tuple[ReportFormat, ...]


@rule
async def write_lint_reports(request: LintReportsRequest) -> Digest:
    folders = [f"findings/{number}" for number in range(len(request.findings))]
    inputs = await concurrently(
        add_prefix(**implicitly(AddPrefix(digest, folder))) for digest, folder in zip(request.findings, folders)
    )
    message = ReportRequest(tuple(f"{f}/{FINDINGS}" for f in folders), request.formats)
    description = "Writing the lint reports of Crossplane packages"
    answer = await ask_the_tool(**implicitly(ToolRequest(message, description, inputs, level=LogLevel.DEBUG)))
    return answer.files


def rules() -> Iterable[Any]:
    return collect_rules()
