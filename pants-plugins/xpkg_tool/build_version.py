"""The version of the wheel, in which two builds between releases differ when their sources do.

Pants resolves a plugin once for each requirement, and keeps it: a wheel that was built again under
the version that it had is not looked at.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Mapping

from xpkg_tool import RELEASED, VERSION

# What the wheel installs (pyproject.toml). The rest of the folders is for those who work on them.
_PACKAGES = ("xpkg", "xpkg_tool")
_ENDINGS = (".py", ".json", ".lock", ".md", ".typed")

_DIGITS = 12


def build_version() -> str:
    """`1.2.3` for a release; else `1.2.3+src<digits>`, a local version of PEP 440, with the digits
    of a digest of the sources. So `pants-xpkg==1.2.3` takes it, too. pyproject.toml
    takes it from here."""
    sources = source_files(Path(__file__).resolve().parent.parent)
    if RELEASED or not sources:  # There are none where the tool runs out of an archive.
        return VERSION
    # Letters first: of digits alone PEP 440 would make a number.
    return f"{VERSION}+src{sources_digest(sources)[:_DIGITS]}"


def source_files(root: Path) -> dict[str, bytes]:
    """The files of both packages below `root`, as the wheel has them, by their paths in it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for package in _PACKAGES
        for path in root.joinpath(package).rglob("*")
        if path.suffix in _ENDINGS and path.is_file()
    }


def sources_digest(files: Mapping[str, bytes]) -> str:
    """The same for the same files, wherever and whenever they were written. In hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
