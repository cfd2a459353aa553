"""The command that compares a lock with the packages of the repository, for `pants lint`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterable, Iterator

from xpkg_tool.dependencies.lock.check import check_lock, unsaid
from xpkg_tool.diagnostics.finding import Finding, fails, render_all, strictness
from xpkg_tool.diagnostics.shortened import shortened
from xpkg_tool.lint.selection import Selection
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.lock import CheckLockAnswer, CheckLockRequest, LockReport
from xpkg_tool.sandbox.lock_entries import entries_of_packages


def check_lock_file(request: CheckLockRequest, output: Path) -> CheckLockAnswer:
    """The findings, by the file in which they are."""
    select, ignore, per_path_ignores = request.selection
    selection = Selection(select, ignore, tuple(per_path_ignores.items()))
    found = check_lock(
        Path(request.lock).read_bytes(),
        request.lock,
        entries_of_packages(request.packages),
        frozenset(request.own),
        request.command,
    )
    found = unsaid(found, _stored(request.shown))
    fail_on = request.fail_on.value
    reports: list[LockReport] = []
    for path in dict.fromkeys(
        (request.lock, *(package.file for package in request.packages if package.file))
    ):
        findings = shortened(
            finding
            for finding in found
            if finding.path == path
            and selection.enabled(finding.code, finding.path, finding.severity)
        )
        if not findings:
            continue
        folder = output / str(len(reports))
        folder.mkdir(parents=True)
        stored = [finding.to_json() for finding in findings]
        (folder / FINDINGS).write_text(json.dumps(stored), "ascii")
        text = "\n\n".join(filter(None, (render_all(findings), strictness(findings, fail_on))))
        reports.append(LockReport(path, text, fails(findings, fail_on)))
    return CheckLockAnswer(tuple(reports))


def _stored(paths: Iterable[str]) -> Iterator[Finding]:
    for path in paths:
        yield from map(Finding.from_json, json.loads(Path(path).read_text("ascii")))
