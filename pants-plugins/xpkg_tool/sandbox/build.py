"""The commands that the Pants backend runs in a sandbox: a JSON file in, files out.

Paths in a request are relative to the working directory. A command fails only if it cannot do its
work; what is wrong with a package is part of the answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from xpkg_tool.diagnostics import codes
from xpkg_tool.diagnostics.finding import ERROR, Finding, render_all, strictness
from xpkg_tool.process.ending import bounded

if TYPE_CHECKING:
    from xpkg_tool.building.build import Analyses, BuildResult, PackageRequest
    from xpkg_tool.lint.selection import Selection
    from xpkg_tool.package.file import FileAnalysis


def analyse_files(request: Path, output: Path) -> None:
    """Reads the files `{"sources": [path, …], "examples": [path, …]}` of a package, or some of
    them. The answer, `<output>/analyses.json`, is for `build`.

    Prints `{"parsed": bytes}`.
    """
    from xpkg_tool.lint.analysis import analyse_example, analyse_source

    asked = json.loads(request.read_text("utf-8"))
    parsed = 0
    answer: dict[str, list[Any]] = {}
    for kind, analyse in (("sources", analyse_source), ("examples", analyse_example)):
        stored = answer.setdefault(kind, [])
        for path in asked[kind]:
            data = Path(path).read_bytes()
            parsed += len(data)
            with bounded():
                stored.append(_analyse_one(analyse, path, data))
    output.mkdir(parents=True)
    (output / "analyses.json").write_text(json.dumps(answer, separators=(",", ":")), "ascii")
    print(json.dumps({"parsed": parsed}))


def _analyse_one(
    analyse: Callable[[str, bytes], FileAnalysis], path: str, data: bytes
) -> dict[str, Any]:
    from xpkg_tool.lint.analysis_json import to_json
    from xpkg_tool.package.file import FileAnalysis

    try:
        return to_json(analyse(path, data), data)
    except MemoryError:
        raise _no_memory(path) from None
    # A failure with one file must not hide the findings for the others.
    except Exception as error:
        return to_json(
            FileAnalysis(path, (), (), (_internal(error, path=path),), whole=False), data
        )


def build_packages(request: Path, output: Path) -> None:
    """Builds the packages of a request `{"packages": [{"name", "root", "sources": [path, …],
    "examples": [path, …], "examplesExpected", "packageType", "analyses": [path, …], "leftOut":
    [{…}, …]}, …], "selection": {…}, "failOn": "error"}`. For `selection` and `leftOut`, which may
    be absent, see `Selection.from_json` and `left_out.findings_of`; `failOn` ("error" by default,
    or "warning") says what stops a build. With `analyses`, answers of `analyse_files` that cover
    all of a package, its files are not parsed.

    The answer for package n lies in `<output>/<n>/`: `report.json` always (`{"findings": […],
    "text": "…", "digest": …}`), `package.xpkg` and `package.xpkg.json` when it was built. Prints
    `{"parsed": bytes, "packed": bytes}`.
    """
    from xpkg_tool.lint.selection import Selection

    asked = json.loads(request.read_text("utf-8"))
    selection = Selection.from_json(asked.get("selection"))
    fail_on = asked.get("failOn", ERROR)
    parsed = packed = 0
    for number, entry in enumerate(asked["packages"]):
        with bounded():
            result, size = _build_one(entry, selection, fail_on)
        parsed += size
        packed += result.package.size if result.package else 0
        _write(output / str(number), result, fail_on)
    print(json.dumps({"parsed": parsed, "packed": packed}))


def _build_one(
    entry: Mapping[str, Any], selection: Selection, fail_on: str
) -> tuple[BuildResult, int]:
    """The result for a package, and how many bytes were parsed for it."""
    from xpkg_tool.building.build import BuildResult, PackageRequest, assemble, build

    stored = entry.get("analyses", ())
    try:
        request = PackageRequest(
            name=entry["name"],
            root=entry["root"],
            sources={} if stored else _contents(entry["sources"]),
            examples={} if stored else _contents(entry["examples"]),
            package_type=entry["packageType"],
            examples_expected=entry["examplesExpected"],
            selection=selection,
            findings=_left_out(entry.get("leftOut", ())),
            fail_on=fail_on,
        )
        if stored:
            return assemble(request, _stored_analyses(stored)), 0
        return build(request), _size(request)
    except MemoryError:
        raise _no_memory(entry["name"]) from None
    # A failure with one package must not affect the others in its bucket.
    except Exception as error:
        return BuildResult((_internal(error, object=entry["name"]),), None), 0


def _left_out(entries: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    if not entries:
        return ()
    from xpkg_tool.discovery.left_out import findings_of

    return tuple(findings_of(entries))


def _stored_analyses(paths: Sequence[str]) -> Analyses:
    from xpkg_tool.building.build import Analyses
    from xpkg_tool.lint.analysis_json import from_json

    answers = [json.loads(Path(path).read_text("ascii")) for path in paths]
    return Analyses(
        tuple(from_json(stored) for answer in answers for stored in answer["sources"]),
        tuple(from_json(stored) for answer in answers for stored in answer["examples"]),
    )


def _no_memory(name: str) -> SystemExit:
    """Ends the process: memory depends on the machine, and an answer would be cached for all
    machines."""
    return SystemExit(f"error: This machine does not have enough memory for {name}.")


def _internal(error: Exception, *, path: str = "", object: str = "") -> Finding:
    return Finding(
        codes.INTERNAL,
        f"The tool itself failed: {type(error).__name__}: {error}",
        "This is a bug of pants-xpkg: please report it with the file that causes it.",
        path,
        object=object,
    )


def _size(request: PackageRequest) -> int:
    return sum(map(len, (*request.sources.values(), *request.examples.values())))


def _contents(paths: Sequence[str]) -> dict[str, bytes]:
    return {path: Path(path).read_bytes() for path in paths}


def _write(folder: Path, result: BuildResult, fail_on: str) -> None:
    folder.mkdir(parents=True)
    texts = (render_all(result.findings), strictness(result.findings, fail_on))
    report = {
        "findings": [finding.to_json() for finding in result.findings],
        "text": "\n\n".join(filter(None, texts)),
        "digest": result.package.digest if result.package else None,
    }
    if result.package:
        (folder / "package.xpkg").write_bytes(result.package.archive)
        (folder / "package.xpkg.json").write_bytes(result.package.description)
    (folder / "report.json").write_bytes(_json(report))


# By format.
_REPORT_FILES = {
    "github": "annotations.txt",
    "json": "findings.json",
    "sarif": "findings.sarif",
    "text": "findings.txt",
}


def write_reports(request: Path, output: Path) -> None:
    """Writes all findings of the answers `{"reports": [path, …], "formats": [format, …]}` that
    `build_packages` gave (`report.json`) to one file for each format (formats.FORMATS):
    `findings.sarif`, `annotations.txt`, `findings.json`, `findings.txt`."""
    from xpkg_tool.diagnostics.finding import in_order
    from xpkg_tool.diagnostics.formats import write_findings

    asked = json.loads(request.read_text("utf-8"))
    answers = [
        json.loads(Path(path).read_bytes().decode("utf-8", "surrogatepass"))
        for path in asked["reports"]
    ]
    findings = in_order(Finding.from_json(f) for answer in answers for f in answer["findings"])
    output.mkdir(parents=True)
    for format in asked["formats"]:
        text = write_findings(findings, format)
        (output / _REPORT_FILES[format]).write_bytes(text.encode("utf-8", "backslashreplace"))


def adopt_packages(request: Path, output: Path) -> None:
    """Answers `{"files": [path, …], "owned": [path, …]}` in `<output>/answer.json`: `{"targets":
    […], "projects": [path, …]}`, with the targets to write, each `{"directory", "name", "sources",
    "examples", "comments", "files"}`, and the files from which another program makes packages.
    """
    from xpkg_tool.discovery.tailor import adopt, projects

    asked = json.loads(request.read_text("utf-8"))
    contents = _contents(asked["files"])
    answer = {
        "targets": [vars(target) for target in adopt(contents, frozenset(asked["owned"]))],
        "projects": projects(contents),
    }
    output.mkdir(parents=True)
    (output / "answer.json").write_bytes(_json(answer))


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")
