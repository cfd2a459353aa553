"""The command that lints and builds packages, each on its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Sequence

from xpkg_tool.diagnostics.finding import Finding, render_all, strictness
from xpkg_tool.messages.build import (
    BuildAnswer,
    BuildRequest,
    Built,
    Counts,
    LeftOut,
    PackageReport,
    PackageToBuild,
    Pinning,
)
from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.files import ANALYSES, ARCHIVE, DESCRIPTION, FINDINGS, TEXTS
from xpkg_tool.process.ending import bounded

if TYPE_CHECKING:
    from xpkg_tool.building.build import Analyses, BuildResult, BuiltPackage, PackageRequest
    from xpkg_tool.dependencies.pinning import Pins
    from xpkg_tool.lint.selection import Selection
    from xpkg_tool.package.file import FileAnalysis


def build_packages(request: BuildRequest, output: Path) -> BuildAnswer:
    """Builds the packages. Prints Counts."""
    from xpkg_tool.lint.selection import Selection

    select, ignore, per_path_ignores = request.selection
    selection = Selection(select, ignore, tuple(per_path_ignores.items()))
    fail_on = request.fail_on.value
    parsed = packed = 0
    reports = []
    for number, package in enumerate(request.packages):
        with bounded():
            result, size = _build_one(package, selection, fail_on)
        parsed += size
        packed += result.package.size if result.package else 0
        _write(output / str(number), result)
        texts = (render_all(result.findings), strictness(result.findings, fail_on))
        built = _built(result.package) if result.package else None
        reports.append(PackageReport("\n\n".join(filter(None, texts)), built))
    print(encode(Counts(parsed, packed)).decode())
    return BuildAnswer(tuple(reports))


def _build_one(
    package: PackageToBuild, selection: Selection, fail_on: str
) -> tuple[BuildResult, int]:
    """The result for a package, and how many bytes were parsed for it."""
    from xpkg_tool.building.build import BuildResult, PackageRequest, assemble, build

    stored = package.analyses
    try:
        request = PackageRequest(
            name=package.name,
            root=package.root,
            sources={} if stored else contents(package.sources, package.folder),
            examples={} if stored else contents(package.examples, package.folder),
            package_type=package.package_type,
            examples_expected=package.examples_expected,
            selection=selection,
            findings=_left_out(package.left_out, package.folder),
            fail_on=fail_on,
            pins=_pins(package.pinning) if package.pinning else None,
        )
        if stored:
            return assemble(request, _stored_analyses(stored)), 0
        return build(request), _size(request)
    except MemoryError:
        from xpkg_tool.sandbox.failures import no_memory

        raise no_memory(package.name) from None
    except (OSError, ImportError) as error:
        from xpkg_tool.sandbox.failures import no_input

        raise no_input(error) from None
    # A failure with one package must not affect the others in its bucket.
    except Exception as error:
        from xpkg_tool.sandbox.failures import internal

        return BuildResult((internal(error, object=package.name),), None), 0


def _built(package: BuiltPackage) -> Built:
    from xpkg_tool.package.names import friendly_id

    file_name = friendly_id(package.name, package.digest)
    return Built(package.digest, package.layers_size, package.name, file_name)


def _left_out(entries: Sequence[LeftOut], folder: str) -> tuple[Finding, ...]:
    if not entries:
        return ()
    from xpkg_tool.discovery.left_out import findings_of

    return tuple(findings_of(entries, folder))


def _pins(pinning: Pinning) -> Pins:
    from dataclasses import replace

    from xpkg_tool.dependencies.lock.errors import LockError
    from xpkg_tool.dependencies.lock.file import read_lock
    from xpkg_tool.dependencies.lock.model import Lock
    from xpkg_tool.dependencies.pinning import PinnedPackage, Pins

    own = {o.place: PinnedPackage(o.digest, o.name, o.version, o.kind) for o in pinning.own}
    pins = Pins(own, Lock(), pinning.lock, pinning.command)
    file = Path(pinning.lock)
    try:
        return (
            replace(pins, lock=read_lock(file.read_bytes(), str(file))) if file.exists() else pins
        )
    except LockError as error:
        return replace(pins, problems=error.findings)


def _stored_analyses(paths: Sequence[str]) -> Analyses:
    from xpkg_tool.building.build import Analyses
    from xpkg_tool.lint.analysis_json import from_json

    sources: list[FileAnalysis] = []
    examples: list[FileAnalysis] = []
    for path in map(Path, paths):
        answer = json.loads((path / ANALYSES).read_text("ascii"))
        texts = str(path / TEXTS)
        sources += (from_json(stored, texts) for stored in answer["sources"])
        examples += (from_json(stored, texts) for stored in answer["examples"])
    return Analyses(tuple(sources), tuple(examples))


def _size(request: PackageRequest) -> int:
    return sum(map(len, (*request.sources.values(), *request.examples.values())))


def contents(paths: Sequence[str], folder: str = "") -> dict[str, bytes]:
    """The contents of the files by their paths, which are relative to `folder`."""
    return {path: Path(folder, path).read_bytes() for path in paths}


def _write(folder: Path, result: BuildResult) -> None:
    folder.mkdir(parents=True)
    findings = [finding.to_json() for finding in result.findings]
    (folder / FINDINGS).write_text(json.dumps(findings), "ascii")
    if result.package:
        (folder / ARCHIVE).write_bytes(result.package.archive)
        (folder / DESCRIPTION).write_bytes(result.package.description)
