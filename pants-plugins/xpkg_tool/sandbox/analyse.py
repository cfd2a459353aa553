"""The command that reads files of a large package, so that several processes can share them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

from xpkg_tool.documents.stored import Texts
from xpkg_tool.lint.analysis import analyse_example, analyse_source
from xpkg_tool.lint.analysis_json import to_json
from xpkg_tool.messages.build import AnalyseRequest, Counts
from xpkg_tool.messages.codec import encode
from xpkg_tool.messages.files import ANALYSES, TEXTS
from xpkg_tool.package.file import FileAnalysis
from xpkg_tool.process.ending import bounded


def analyse_files(request: AnalyseRequest, output: Path) -> None:
    """Writes what is in the files to ANALYSES and TEXTS, for `build`. Prints Counts."""
    parsed = 0
    texts = Texts()
    stored: dict[str, list[Any]] = {"sources": [], "examples": []}
    for kind, paths, analyse in (
        ("sources", request.sources, analyse_source),
        ("examples", request.examples, analyse_example),
    ):
        for path in paths:
            data = Path(path).read_bytes()
            parsed += len(data)
            with bounded():
                stored[kind].append(_analyse_one(analyse, path, data, texts))
    output.mkdir(parents=True)
    (output / ANALYSES).write_text(json.dumps(stored, separators=(",", ":")), "ascii")
    (output / TEXTS).write_bytes(bytes(texts))
    print(encode(Counts(parsed)).decode())


def _analyse_one(
    analyse: Callable[[str, bytes], FileAnalysis], path: str, data: bytes, texts: Texts
) -> dict[str, Any]:
    try:
        return to_json(analyse(path, data), texts)
    except MemoryError:
        from xpkg_tool.sandbox.failures import no_memory

        raise no_memory(path) from None
    except ImportError as error:
        from xpkg_tool.sandbox.failures import no_input

        raise no_input(error) from None
    # A failure with one file must not hide the findings for the others.
    except Exception as error:
        from xpkg_tool.sandbox.failures import internal

        failed = FileAnalysis(path, (), (), (internal(error, path=path),), whole=False)
        return to_json(failed, texts)
