"""The tool: reads, lints, builds and publishes Crossplane packages. It knows nothing of Pants.

Here are its versions. In the version of the wheel, two builds between releases differ when their
sources do: Pants resolves a plugin once for each requirement and keeps it, so that a wheel that was
rebuilt under the version that it had would go unnoticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

if TYPE_CHECKING:
    from pathlib import Path

# docs/package-format.md says what a change of this number means.
FORMAT_VERSION = 1

# The version of this release, or of the next one. Descriptions of packages contain it, so that they
# are the same for all builds between two releases.
VERSION = "0.1.0"

# True only in the commit of a release: all other builds have a digest of their sources in the
# wheel's version and in `xpkg --version`.
RELEASED = False

# The files that the wheel installs (pyproject.toml). Others in these folders are for developers.
_PACKAGES = ("xpkg", "xpkg_tool")
_ENDINGS = (".py", ".json", ".lock", ".metadata", ".md", ".typed")

_DIGITS = 12


def build_version() -> str:
    """`1.2.3` for a release; else `1.2.3+src<digits>`, a local version (PEP 440) with digits of a
    digest of the sources, which `pants-xpkg==1.2.3` also matches. pyproject.toml uses this."""
    from pathlib import Path

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
    import hashlib

    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path.encode(), files[path]):
            digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
