"""Opens a tar with an image: an OCI image layout, a docker-archive, or ours, which is both.

Nothing is unpacked: the files in it are windows into the tar. Members that do not belong to the
layout and are not named in manifest.json are ignored, because programs that write such tars add
their own; anything ambiguous is refused.
"""

from __future__ import annotations

import os
import posixpath
import stat
from typing import BinaryIO, Mapping

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.oci.blobs import TarFiles, Window
from xpkg_tool.oci.image_error import ImageError, finding_of, image_error, no_file
from xpkg_tool.oci.read.docker_archive import normal_name, read_docker_archive, read_entry
from xpkg_tool.oci.read.layout_reader import read_layout
from xpkg_tool.oci.read.tar_reader import (
    FOLDER,
    HARD_LINK,
    REGULAR,
    SYMBOLIC_LINK,
    Broken,
    Member,
    members,
)
from xpkg_tool.oci.stored_image import StoredImage
from xpkg_tool.oci.write.archive import blob_name

TWO_IMAGES = Rule(
    "XP913", "two-images", "Readers of the file would see different images.", fatal=True
)

_MAX_MEMBERS = 4096
# Docker's own archives have chains of one link: a layer that two images share.
_MAX_LINKS = 16


def open_archive(path: str) -> StoredImage:
    """The image in the file `path`. Raises ImageError for every fault that can be detected without
    reading its blobs.

    Bounded in memory: only the image's JSON is read, within the limits of `manifests`. A blob's
    digest is verified when it is read.
    """
    return read_archive(path).checked()


def read_archive(path: str) -> StoredImage:
    """The image in the file `path`, with faults if it is inconsistent but can be read."""
    files = scan_archive(path)
    if files.find("index.json") is None and files.find("manifest.json") is not None:
        return read_docker_archive(files)
    image = read_layout(files)
    return image.with_faults(_differences(image, files))


def _differences(image: StoredImage, files: TarFiles) -> list[Finding]:
    """A finding if manifest.json names a different image than index.json."""
    if files.find("manifest.json") is None:
        return []
    try:
        entry = read_entry(files)
    except ImageError as error:
        return [error.finding]
    named = [files.find(name) for name in (entry.config, *entry.layers)]
    meant = [files.find(blob_name(d.digest)) for d in (image.config, *image.layers)]
    if named == meant:
        return []
    return [
        finding_of(
            files.path,
            "manifest.json names a different config or different layers than the manifest: docker "
            "and the Crossplane CLI would see another image than readers of OCI layouts",
            rule=TWO_IMAGES,
        )
    ]


def scan_archive(path: str) -> TarFiles:
    """The files in the tar at `path`. Raises ImageError."""
    try:
        # Opening a FIFO would wait for its writer.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise image_error(path, "This is not a regular file")
        with open(path, "rb") as file:
            return TarFiles(path, _windows(path, file))
    except OSError as error:
        raise no_file(path, error) from None
    except Broken as error:
        raise image_error(path, f"The file cannot be read as a package: {error}") from None


def _windows(path: str, file: BinaryIO) -> Mapping[str, Window]:
    """Where the content of each file is, including links."""
    windows: dict[str, Window] = {}
    links: dict[str, str] = {}
    for member, _ in members(_FileSource(file), _MAX_MEMBERS):
        name = normal_name(member.name)
        if not name or name.startswith("/") or ".." in name.split("/") or "\0" in name:
            raise _bad_member(path, member, "leads out of the archive")
        if member.kind == FOLDER:
            continue
        if name in windows or name in links:
            raise _bad_member(path, member, "appears twice")
        if member.kind == REGULAR:
            windows[name] = Window(path, member.offset, member.size)
        elif member.kind in (SYMBOLIC_LINK, HARD_LINK):
            links[name] = _target(path, name, member)
        else:
            raise _bad_member(path, member, "is a device or a FIFO")
    for name in links:
        found = _follow(name, links)
        if found in windows:
            windows[name] = windows[found]
    if not windows:
        raise Broken("it is not a tar archive, or it is empty")
    return windows


def _target(path: str, name: str, member: Member) -> str:
    """The target of a link, which a symbolic link has relative to its folder."""
    base = posixpath.dirname(name) if member.kind == SYMBOLIC_LINK else ""
    target = posixpath.normpath(posixpath.join(base, member.link))
    if target.startswith(("/", "../")) or target == "..":
        raise _bad_member(path, member, "leads out of the archive")
    return target


def _follow(name: str, links: Mapping[str, str]) -> str:
    """The end of a chain of links; some link of it if the chain is too long or a cycle."""
    for _ in range(_MAX_LINKS):
        if name not in links:
            break
        name = links[name]
    return name


def _bad_member(path: str, member: Member, what: str) -> ImageError:
    name = ascii(member.name if len(member.name) < 200 else f"{member.name[:200]}…")
    return image_error(path, f"Its member {name} {what}")


class _FileSource:
    """A file as the source of a tar: content is skipped without being read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._length = file, os.fstat(file.fileno()).st_size

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)

    def skip(self, size: int, /) -> bool:
        end = self._file.tell() + size
        if end > self._length:
            return False
        self._file.seek(end)
        return True
