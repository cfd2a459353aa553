"""The command that looks at the packages of a repository together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Mapping

from xpkg_tool.dependencies.metas import Meta, find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.dependencies.repository import Member, Repository
from xpkg_tool.diagnostics.finding import Finding, fails, render_all, strictness
from xpkg_tool.documents.suppressions import read_suppressions
from xpkg_tool.lint.repository import check_repository
from xpkg_tool.lint.selection import Selection, apply_together
from xpkg_tool.messages import (
    FINDINGS,
    MeantPackages,
    MemberReport,
    RepositoryAnswer,
    RepositoryMember,
    RepositoryRequest,
)


def look_at_repository(request: RepositoryRequest, output: Path) -> RepositoryAnswer:
    """What the entries of `spec.dependsOn` mean, and the findings."""
    files = {p.meta: Path(p.meta).read_bytes() for p in request.packages if p.meta}
    found = {p.name: find_meta([(p.meta, files[p.meta])]) for p in request.packages if p.meta}
    metas = {name: meta for name, meta in found.items() if meta is not None}
    repository = Repository(tuple(_member(p, metas) for p in request.packages))
    findings = check_repository(repository, metas)
    select, ignore, per_path_ignores = request.selection
    selection = Selection(select, ignore, tuple(per_path_ignores.items()))
    reports = []
    for number, (package, member) in enumerate(zip(request.packages, repository.members)):
        data = files.get(package.meta, b"")
        suppressions = read_suppressions(package.meta, data)
        shown = apply_together(findings.get(package.name, ()), selection, suppressions)
        _write(output / str(number), shown)
        entries = tuple(
            MeantPackages(edge.dependency.index, tuple(m.name for m in edge.members))
            for edge in repository.edges(member)
        )
        texts = (render_all(shown), strictness(shown, request.fail_on.value))
        failed = fails(shown, request.fail_on.value)
        reports.append(MemberReport(entries, "\n\n".join(filter(None, texts)), failed))
    return RepositoryAnswer(tuple(reports))


def _member(package: RepositoryMember, metas: Mapping[str, Meta]) -> Member:
    meta = metas.get(package.name)
    return Member(
        name=package.name,
        origin=package.origin,
        kind=meta.kind.kind if meta else "",
        sources=package.sources,
        version=package.version,
        dependencies=dependencies(meta.value) if meta else (),
        includes=package.includes,
        excludes=package.excludes,
    )


def _write(folder: Path, findings: tuple[Finding, ...]) -> None:
    folder.mkdir(parents=True)
    (folder / FINDINGS).write_text(json.dumps([f.to_json() for f in findings]), "ascii")
