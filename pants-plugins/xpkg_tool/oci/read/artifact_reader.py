"""Reads a whole artifact: for an index, all its manifests and their blobs."""

from __future__ import annotations

from typing import Callable, Sequence

from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.blobs import Blobs, FileBlobs, Files
from xpkg_tool.oci.image_error import image_error
from xpkg_tool.oci.manifests import (
    INDEX_TYPES,
    Descriptor,
    StoredManifest,
    parse_index,
    parse_manifest,
)
from xpkg_tool.oci.read.archive_reader import open_archive, scan_archive
from xpkg_tool.oci.read.layout_reader import (
    MAX_INDEXES,
    layout_folder,
    layout_manifest,
    layout_root,
)
from xpkg_tool.oci.stored_image import OCI_ARCHIVE, OCI_LAYOUT, StoredImage, stored
from xpkg_tool.oci.write.archive import blob_name
from xpkg_tool.oci.write.index import build_index

# An index has a few platforms, and for each e.g. attestations.
_MAX_MANIFESTS = 256


def read_files(paths: Sequence[str]) -> Artifact:
    """The package in one file, or the index of those in several files, one per platform. Raises
    PublishError."""
    images = [open_archive(path) for path in paths]
    return artifact_of(images, [build_index(images)] if len(images) > 1 else [])


def read_archive_artifact(path: str) -> Artifact:
    """The artifact in the file `path`; an index includes all its images. Raises ImageError."""
    files = scan_archive(path)
    if files.find("index.json") is None or layout_root(files).media_type not in INDEX_TYPES:
        return artifact_of([open_archive(path)])
    return _read_layout(files, "", OCI_ARCHIVE)


def read_layout_artifact(path: str, name: str = "") -> Artifact:
    """The artifact with the reference name `name` ("": the only one) in the layout in the directory
    `path`. Raises ImageError."""
    return _read_layout(layout_folder(path), name, OCI_LAYOUT)


def read_tree(
    path: str,
    form: str,
    root: Descriptor,
    fetch: Callable[[Descriptor], bytes],
    blobs: Blobs,
) -> Artifact:
    """The artifact of the manifest or index `root`. `fetch` returns the verified bytes of a
    manifest. Raises ImageError and what `fetch` raises."""
    images: list[StoredImage] = []
    indexes: list[StoredManifest] = []
    seen: set[str] = set()

    def visit(descriptor: Descriptor, depth: int) -> None:
        if descriptor.digest in seen:
            return
        seen.add(descriptor.digest)
        if len(seen) > _MAX_MANIFESTS or depth > MAX_INDEXES:
            raise image_error(
                path,
                f"The index names more than {_MAX_MANIFESTS} manifests, or nests indexes more than "
                f"{MAX_INDEXES} levels deep",
            )
        raw = fetch(descriptor)
        if descriptor.media_type not in INDEX_TYPES:
            manifest = parse_manifest(path, raw, descriptor.media_type)
            image = stored(path, form, manifest, descriptor.digest, blobs)
            images.append(image.checked())
            return
        for entry in parse_index(path, "The index", raw):
            visit(entry.descriptor, depth + 1)
        indexes.append(StoredManifest(descriptor.media_type, descriptor.digest, raw))

    visit(root, 0)
    return artifact_of(images, indexes)


def _read_layout(files: Files, name: str, form: str) -> Artifact:
    def fetch(descriptor: Descriptor) -> bytes:
        return layout_manifest(files, descriptor)

    blobs = FileBlobs(files.path, lambda digest: files.find(blob_name(digest)))
    return read_tree(files.path, form, layout_root(files, name), fetch, blobs)
