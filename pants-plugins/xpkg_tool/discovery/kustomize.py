"""The files that a kustomization uses but does not install as they are: its patches and its
configuration."""

from __future__ import annotations

import posixpath
from typing import Any, Iterator, Mapping

from xpkg_tool.documents.loader import DocumentError, load
from xpkg_tool.documents.stream import split

_NAMES = ("kustomization.yaml", "kustomization.yml")

# Lists of patches, each with a `path`, and lists of paths.
_OF_MAPPINGS = ("patches", "patchesJson6902", "replacements")
_OF_PATHS = ("patchesStrategicMerge", "configurations", "generators", "transformers", "validators")


def is_kustomization(path: str) -> bool:
    return posixpath.basename(path) in _NAMES


def patches(files: Mapping[str, bytes]) -> dict[str, str]:
    """The paths in `files` that a kustomization among them names as a patch or as part of its
    configuration, each with the path of that kustomization."""
    found: dict[str, str] = {}
    for path, data in sorted(files.items()):
        if is_kustomization(path):
            for named in _named(path, data):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
                if target in files:
                    found.setdefault(target, path)
    return found


def _named(path: str, data: bytes) -> Iterator[str]:
    documents, _ = split(path, data)
    for document in documents:
        try:
            value = load(document)
        except DocumentError:
            continue
        if isinstance(value, dict):
            yield from _paths(value)


def _paths(kustomization: Mapping[str, Any]) -> Iterator[str]:
    for field in _OF_MAPPINGS:
        entries = kustomization.get(field)
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                yield entry["path"]
    for field in _OF_PATHS:
        entries = kustomization.get(field)
        # An entry may be an inline patch, which is not the path of a file.
        yield from (e for e in (entries if isinstance(entries, list) else ()) if isinstance(e, str))
