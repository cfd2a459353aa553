"""Images of layers that hold any files."""

from __future__ import annotations

from pathlib import Path

from tests.xpkg_tool.images import Entry, Image, gz, tar
from xpkg_tool.oci.read.archive_reader import read_archive
from xpkg_tool.oci.read.package_files import PackageFiles, read_package

P, E = "package.yaml", ".up/examples.yaml"


def files_of(path: Path, **options: bool) -> PackageFiles:
    return read_package(read_archive(str(path)), **options)  # type: ignore[arg-type]


def of_layers(tmp_path: Path, *layers: list[tuple[str, Entry]]) -> PackageFiles:
    """The package in the file system that these layers make."""
    made = Image(*((gz(tar(*entries)), None) for entries in layers))
    return files_of(made.archive(tmp_path / "image"))
