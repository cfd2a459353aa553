"""The command that looks at the packages of a repository together."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Iterator, Sequence

from xpkg_tool.diagnostics.finding import Finding, fails, render_all, strictness
from xpkg_tool.documents.suppressions import read_suppressions
from xpkg_tool.lint.repository import check_repository
from xpkg_tool.lint.selection import Selection, apply_together
from xpkg_tool.messages.files import FINDINGS
from xpkg_tool.messages.repository import (
    MeantPackages,
    MemberReport,
    RepositoryAnswer,
    RepositoryRequest,
)
from xpkg_tool.sandbox.members import metas_of, repository_of


def look_at_repository(request: RepositoryRequest, output: Path) -> RepositoryAnswer:
    """What the entries of `spec.dependsOn` mean, and the findings."""
    files = {p.meta: Path(p.meta).read_bytes() for p in request.packages if p.meta}
    metas = metas_of(request.packages, files)
    repository = repository_of(request.packages, metas)
    locked = frozenset(_locked(request.locks))
    findings = check_repository(repository, metas, locked, request.suggest_floors)
    select, ignore, per_path_ignores = request.selection
    selection = Selection(select, ignore, tuple(per_path_ignores.items()))
    reports = []
    for number, (package, member) in enumerate(zip(request.packages, repository.members)):
        data = files.get(package.meta, b"")
        suppressions = read_suppressions(package.meta, data)
        shown = apply_together(findings.get(package.name, ()), selection, suppressions)
        _write(output / str(number), shown)
        entries = tuple(
            MeantPackages(edge.dependency.number, tuple(m.name for m in edge.members))
            for edge in repository.edges(member)
        )
        texts = (render_all(shown), strictness(shown, request.fail_on.value))
        failed = fails(shown, request.fail_on.value)
        reports.append(MemberReport(entries, "\n\n".join(filter(None, texts)), failed))
    return RepositoryAnswer(tuple(reports))


def _locked(paths: Sequence[str]) -> Iterator[str]:
    """The sources in lock files. What is wrong with a lock is said where it is checked."""
    for path in paths:
        # Most repositories have at most one.
        from xpkg_tool.dependencies.lock.errors import LockError
        from xpkg_tool.dependencies.lock.file import read_lock

        with suppress(LockError):
            yield from (p.source for p in read_lock(Path(path).read_bytes(), path).packages)


def _write(folder: Path, findings: tuple[Finding, ...]) -> None:
    folder.mkdir(parents=True)
    (folder / FINDINGS).write_text(json.dumps([f.to_json() for f in findings]), "ascii")
