"""`xpkg extract`: writes the package.yaml and the examples of a package to files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xpkg_tool.files.whole import write_whole
from xpkg_tool.inspection.source import Connect, opened
from xpkg_tool.oci.image_error import SOURCE_UNREADABLE, image_error, refuse
from xpkg_tool.oci.read.package_files import PackageFiles, read_package
from xpkg_tool.oci.stored_image import StoredImage


@dataclass(frozen=True)
class Extraction:
    """What was written: the paths of package.yaml, and of the examples if the package has any and a
    path was given for them. `found_by` is as in PackageFiles."""

    digest: str
    found_by: str
    paths: tuple[str, ...]


def extract(
    source: str,
    package_path: str,
    examples_path: str | None = None,
    *,
    env: Mapping[str, str] | None = None,
    insecure: Collection[str] = (),
    connect: Connect | None = None,
) -> Extraction:
    """Writes the package.yaml of the package that `source` names (source.opened) to `package_path`,
    and its examples, if it has any, to `examples_path`. Everything is verified first. The files are
    written atomically (files.whole.write_whole) and overwrite existing ones; their folders have to
    exist. Raises ImageError."""
    with opened(source, env=env, insecure=insecure, connect=connect) as image:
        files = read_sound(image)
    assert files.package is not None
    contents = {package_path: files.package}
    if examples_path is not None and files.examples is not None:
        contents[examples_path] = files.examples
    _write(contents)
    return Extraction(image.digest, files.found_by, tuple(contents))


def read_sound(image: StoredImage) -> PackageFiles:
    """The files of an image that has a package.yaml and in which nothing that has to be read is
    damaged or ambiguous. Raises ImageError."""
    refuse(image.faults)
    files = read_package(image)
    refuse(files.faults)
    return files


def _write(contents: Mapping[str, bytes]) -> None:
    try:
        write_whole(contents)
    except OSError as error:
        first = next(iter(contents))
        raise image_error(
            error.filename if error.filename in contents else first,
            f"This file cannot be written: {error.strerror or type(error).__name__}",
            "Make sure that its folder exists and that you may write to it.",
            rule=SOURCE_UNREADABLE,
        ) from None
