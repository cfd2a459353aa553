"""The command that reads what packages say of themselves, for the dependencies between them."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.messages.repository import (
    DependencyEntry,
    MetaFiles,
    MetasAnswer,
    MetasRequest,
    PackageMeta,
)


def read_metas(request: MetasRequest) -> MetasAnswer:
    """The meta objects of the packages."""
    return MetasAnswer(tuple(map(_read, request.packages)))


def _read(package: MetaFiles) -> PackageMeta | None:
    meta = find_meta(_present(package.files))
    if meta is None:
        return None
    found = (
        DependencyEntry(d.number, d.api_version, d.kind, d.package, d.constraint)
        for d in dependencies(meta.value)
    )
    return PackageMeta(meta.document.path, meta.kind.kind, meta.name, tuple(found))


def _present(files: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        path = Path(file)
        if path.is_file():
            yield file, path.read_bytes()
