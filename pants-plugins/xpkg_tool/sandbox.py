"""The commands that the Pants backend runs in a sandbox: a JSON file in, files out.

Paths in a request are relative to the working directory. A command fails only when it could not
do its work; what is wrong with a package is part of the answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping, Sequence

from . import codes
from .build import BuildResult, PackageRequest, build
from .finding import Finding, render_all
from .selection import Selection


def build_packages(request: Path, output: Path) -> None:
    """Builds the packages of a request `{"packages": [{"name", "root", "sources": [path, …],
    "examples": [path, …], "examplesExpected", "packageType"}, …], "selection": {…}}`; for
    `selection`, which may be absent, see `Selection.from_json`.

    The answer for package n lies in `<output>/<n>/`: `report.json` always (`{"findings": […],
    "text": "…", "digest": …}`), `package.xpkg` and `package.xpkg.json` when it was built.
    """
    asked = json.loads(request.read_text("utf-8"))
    selection = Selection.from_json(asked.get("selection"))
    for number, entry in enumerate(asked["packages"]):
        _write(output / str(number), _build_one(entry, selection))


def _build_one(entry: Mapping[str, Any], selection: Selection) -> BuildResult:
    try:
        return build(
            PackageRequest(
                name=entry["name"],
                root=entry["root"],
                sources=_contents(entry["sources"]),
                examples=_contents(entry["examples"]),
                package_type=entry["packageType"],
                examples_expected=entry["examplesExpected"],
                selection=selection,
            )
        )
    # One package must not take its bucket's other packages with it, whatever happens to it.
    except Exception as error:
        finding = Finding(
            codes.INTERNAL,
            f"The tool itself failed: {type(error).__name__}: {error}",
            "This is a bug of pants-xpkg: please report it with the file that causes it.",
            object=entry["name"],
        )
        return BuildResult((finding,), None)


def _contents(paths: Sequence[str]) -> dict[str, bytes]:
    return {path: Path(path).read_bytes() for path in paths}


def _write(folder: Path, result: BuildResult) -> None:
    folder.mkdir(parents=True)
    report = {
        "findings": [finding.to_json() for finding in result.findings],
        "text": render_all(result.findings),
        "digest": result.package.digest if result.package else None,
    }
    if result.package:
        (folder / "package.xpkg").write_bytes(result.package.archive)
        (folder / "package.xpkg.json").write_bytes(result.package.description)
    (folder / "report.json").write_bytes(_json(report))


def adopt_packages(request: Path, output: Path) -> None:
    """Answers `{"files": [path, …], "owned": [path, …]}` with the list of targets to write, each
    `{"directory", "name", "sources", "examples", "comments", "files"}`, in `<output>/targets.json`.
    """
    from .adopt import adopt

    asked = json.loads(request.read_text("utf-8"))
    targets = adopt(_contents(asked["files"]), frozenset(asked["owned"]))
    output.mkdir(parents=True)
    (output / "targets.json").write_bytes(_json([vars(target) for target in targets]))


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")
