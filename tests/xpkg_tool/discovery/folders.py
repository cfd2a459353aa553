"""A folder of files, and what the walk finds in it."""

from __future__ import annotations

from pathlib import Path

from xpkg_tool.discovery.walk import Walk

OBJECT = "apiVersion: v1\nkind: Secret\n"


def write(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(path)


def found(result: Walk) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in result.findings]
