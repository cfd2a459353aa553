"""The meta objects of packages in folders, for commands that need nothing else of them."""

from __future__ import annotations

import os
from collections.abc import Iterable

from xpkg_tool.cli.failure import Failure, os_failure
from xpkg_tool.dependencies.metas import Meta, faults, find_metas
from xpkg_tool.diagnostics.finding import Finding, few, in_order, render_all
from xpkg_tool.diagnostics.shortened import shortened
from xpkg_tool.discovery.walk import walk

_EXAMPLES = "examples"
_META_FILES = ("crossplane.yaml", "crossplane.yml")


def metas_in(folders: Iterable[str]) -> dict[str, Meta]:
    """The meta object of the package in each folder. Raises Failure with all that is wrong, also
    where a folder has several: one of them would be left out."""
    found: dict[str, Meta] = {}
    failures: list[Failure] = []
    for folder in folders:
        try:
            found[folder] = _meta_in(folder)
        except Failure as failure:
            failures.append(failure)
    if len(failures) > 1:
        raise _Failures(failures)
    if failures:
        raise failures[0]
    return found


class _Failures(Failure):
    """Several failures at once."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__(failures[0].message, failures[0].remedy)
        self._failures = failures

    def __str__(self) -> str:
        return "\n\n".join(map(str, self._failures))


class _Unreadable(Failure):
    """What is wrong with a file, as lint shows it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = shortened(in_order(findings))
        super().__init__(self._findings[0].message, self._findings[0].remedy)

    def __str__(self) -> str:
        return render_all(self._findings)


def _meta_in(folder: str) -> Meta:
    try:
        files = walk(folder, without=os.path.join(folder, _EXAMPLES)).files
    except OSError as error:
        raise os_failure("The folder cannot be read", folder, error) from None
    likely = sorted(files.items(), key=lambda item: os.path.basename(item[0]) not in _META_FILES)
    metas = list(find_metas(likely))
    # Of what cannot be read as it is written, a part would be read, or nothing.
    paths = {meta.document.path for meta in metas} or files.keys()
    broken = [fault for path in sorted(paths) for fault in faults(path, files[path])]
    if broken:
        raise _Unreadable(broken)
    if not metas:
        raise Failure(
            f"The folder {folder} contains no package: no file has a meta object.",
            "Name folders with a crossplane.yaml.",
        )
    if len(metas) > 1:
        places = [f"{meta.document.path}:{meta.document.line}" for meta in metas]
        raise Failure(
            f"The folder {folder} contains {len(metas):,} meta objects, at "
            f"{few(places)}, but a package has one.",
            "Name the folder of each package.",
        )
    return metas[0]
