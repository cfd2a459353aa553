"""The findings of `pants lint` in files, for code scanning and for the log of a CI system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable

from pants.engine.fs import AddPrefix, CreateDigest, Digest, MergeDigests, RemovePrefix
from pants.engine.process import Process, ProcessResult
from pants.engine.rules import Get, MultiGet, collect_rules, rule
from pants.util.logging import LogLevel

from xpkg.building.build import REPORT
from xpkg.tool.process import ToolProcess, json_file

_REQUEST = "xpkg-request.json"
_OUTPUT = "xpkg-output"


@dataclass(frozen=True)
class LintReportsRequest:
    """Asks for the digest with a file in each of `formats` (xpkg_tool/sandbox/build.py) of the
    findings in `reports`, each of which holds a `report.json`."""

    reports: tuple[Digest, ...]
    formats: tuple[str, ...]


@rule
async def write_lint_reports(request: LintReportsRequest) -> Digest:
    folders = [f"reports/{number}" for number in range(len(request.reports))]
    reports = await MultiGet(
        Get(Digest, AddPrefix(report, folder)) for report, folder in zip(request.reports, folders)
    )
    asked = {"reports": [f"{folder}/{REPORT}" for folder in folders], "formats": request.formats}
    request_digest = await Get(Digest, CreateDigest([json_file(_REQUEST, asked)]))
    process = await Get(
        Process,
        ToolProcess(
            args=("report", _REQUEST, _OUTPUT),
            input_digest=await Get(Digest, MergeDigests([request_digest, *reports])),
            output_directory=_OUTPUT,
            description="Writing the lint reports of Crossplane packages",
            level=LogLevel.DEBUG,
        ),
    )
    result = await Get(ProcessResult, Process, process)
    return await Get(Digest, RemovePrefix(result.output_digest, _OUTPUT))


def rules() -> Iterable[Any]:
    return collect_rules()
