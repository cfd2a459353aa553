"""Reads an OCI image layout, in a directory or in a tar (image specification 1.1, image-layout.md).

From index.json to one image: the only entry, or the one with the name that was asked for; where it
is an index itself, its image for linux/amd64.
"""

from __future__ import annotations

import hashlib

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.blobs import FileBlobs, Files, FolderFiles, Window, missing, read_all
from xpkg_tool.oci.image_error import (
    DIGEST_DIFFERS,
    SIZE_DIFFERS,
    ImageError,
    finding_of,
    image_error,
    over_limit,
)
from xpkg_tool.oci.manifests import (
    INDEX_TYPES,
    MAX_MANIFEST,
    REF_NAME,
    Descriptor,
    IndexEntry,
    choose_for_platform,
    parse_index,
    parse_json,
    parse_manifest,
)
from xpkg_tool.oci.stored_image import OCI_ARCHIVE, OCI_LAYOUT, StoredImage, stored

# An index in an index in an index: nobody writes more.
MAX_INDEXES = 4


def read_layout_folder(path: str, name: str = "") -> StoredImage:
    """The image in the layout in the directory `path`; `name` is its reference name there, ""
    where it is the only one. Raises ImageError."""
    return read_layout(layout_folder(path), name, form=OCI_LAYOUT)


def read_layout(files: Files, name: str = "", *, form: str = OCI_ARCHIVE) -> StoredImage:
    """The image in the layout whose files are `files`. Raises ImageError; what contradicts itself
    but can be read is among the image's faults."""
    path, faults = files.path, list[Finding]()
    chosen, index_digest = layout_root(files, name), ""
    raw = _verified(files, chosen, "index.json", faults)
    for _ in range(MAX_INDEXES):
        if chosen.media_type not in INDEX_TYPES:
            break
        index_digest = index_digest or chosen.digest
        chosen = choose_for_platform(path, parse_index(path, "An index", raw))
        raw = _verified(files, chosen, "the index", faults)
    blobs = FileBlobs(path, lambda digest: files.find(blob_name(digest)))
    manifest = parse_manifest(path, raw, chosen.media_type)
    image = stored(path, form, manifest, chosen.digest, blobs, index_digest=index_digest)
    return image.with_faults(faults)


def layout_root(files: Files, name: str = "") -> Descriptor:
    """The only entry of index.json, or the one with that name. Raises ImageError."""
    path = files.path
    layout = parse_json(path, "oci-layout", _content(files, "oci-layout"), MAX_MANIFEST)
    if layout.get("imageLayoutVersion") != "1.0.0":
        raise image_error(path, "oci-layout names another version than 1.0.0")
    return _choose(path, parse_index(path, "index.json", _content(files, "index.json")), name)


def layout_manifest(files: Files, descriptor: Descriptor) -> bytes:
    """The manifest or index, verified. Raises ImageError."""
    faults: list[Finding] = []
    raw = _verified(files, descriptor, "the index", faults)
    if faults:
        raise ImageError(faults[0])
    return raw


def layout_folder(path: str) -> FolderFiles:
    """The files of the layout in the directory `path`. Raises ImageError."""
    files = FolderFiles(path)
    if files.find("index.json") is None:
        raise image_error(
            path,
            "This folder is no OCI image layout: there is no index.json in it",
            "Name the file of a package, or a folder with an OCI image layout.",
        )
    return files


def blob_name(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _choose(path: str, entries: tuple[IndexEntry, ...], name: str) -> Descriptor:
    names = [entry.descriptor.annotations.get(REF_NAME, "") for entry in entries]
    matching = [e.descriptor for e, n in zip(entries, names) if not name or n == name]
    if len(matching) == 1:
        return matching[0]
    known = ", ".join(sorted(filter(None, names))[:20])
    if name:
        raise image_error(
            path,
            f"index.json names {len(matching)} images {name!r}",
            f"It has: {known}." if known else "Its images have no names.",
        )
    raise image_error(
        path,
        f"index.json does not name exactly one manifest, but {len(entries)}",
        f"Name the image as well: oci-layout:DIRECTORY:NAME. It has: {known}."
        if known
        else "Keep one image in it.",
    )


def _content(files: Files, name: str) -> bytes:
    window = files.find(name)
    if window is None:
        raise image_error(files.path, f"There is no {name} in it")
    return _limited(files, window, name)


def _limited(files: Files, window: Window, name: str) -> bytes:
    if window.size > MAX_MANIFEST:
        raise over_limit(files.path, f"{name} has", MAX_MANIFEST, "bytes")
    return read_all(window)


def _verified(files: Files, descriptor: Descriptor, where: str, faults: list[Finding]) -> bytes:
    """The manifest or index that `where` names, and what it says wrongly of it."""
    window = files.find(blob_name(descriptor.digest))
    if window is None:
        raise missing(files.path, descriptor.digest)
    raw = _limited(files, window, "The manifest")
    faults += compare(files.path, raw, descriptor, where)
    return raw


def compare(path: str, raw: bytes, descriptor: Descriptor, where: str) -> list[Finding]:
    """Findings where a manifest is not what `where` says of it."""
    found = []
    digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
    if digest != descriptor.digest:
        found.append(
            finding_of(
                path,
                f"The manifest has another digest ({digest}) than {where} says "
                f"({descriptor.digest})",
                rule=DIGEST_DIFFERS,
            )
        )
    if len(raw) != descriptor.size:
        found.append(
            finding_of(
                path,
                f"The manifest has another size ({len(raw):,} bytes) than {where} says "
                f"({descriptor.size:,})",
                rule=SIZE_DIFFERS,
            )
        )
    return found
