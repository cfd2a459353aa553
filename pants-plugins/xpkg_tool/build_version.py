"""The version of the wheel, which differs between two builds if their sources differ.

Pants resolves a plugin once for each requirement and keeps the result, so it ignores a wheel that
is rebuilt with the same version.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Mapping

from xpkg_tool import RELEASED, VERSION

# The files that the wheel installs (pyproject.toml). Others in these folders are for developers.
_PACKAGES = ("xpkg", "xpkg_tool")
_ENDINGS = (".py", ".json", ".lock", ".md", ".typed")

_DIGITS = 12


def build_version() -> str:
    """`1.2.3` for a release; else `1.2.3+src<digits>`, a local version (PEP 440) with digits of a
    digest of the sources, which `pants-xpkg==1.2.3` also matches. pyproject.toml uses this."""
    sources = source_files(Path(__file__).resolve().parent.parent)
    if RELEASED or not sources:  # There are none if the tool runs from an archive.
        return VERSION
    # Letters first: PEP 440 would treat digits alone as a number.
    return f"{VERSION}+src{sources_digest(sources)[:_DIGITS]}"


def source_files(root: Path) -> dict[str, bytes]:
    """The files of both packages below `root` that the wheel contains, by their paths in it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for package in _PACKAGES
        for path in root.joinpath(package).rglob("*")
        if path.suffix in _ENDINGS and path.is_file()
    }


def sources_digest(files: Mapping[str, bytes]) -> str:
    """A digest (hexadecimal) of paths and contents only."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
