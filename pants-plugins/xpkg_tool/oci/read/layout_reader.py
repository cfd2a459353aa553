"""Reads an OCI image layout, in a directory or in a tar (image specification 1.1, image-layout.md).

From index.json to one image: the only entry, or the one with the given name; if that is an index
itself, its image for linux/amd64.
"""

from __future__ import annotations

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.blobs import FileBlobs, Files, FolderFiles, Window, missing, read_all
from xpkg_tool.oci.image_error import (
    DIGEST_DIFFERS,
    SIZE_DIFFERS,
    finding_of,
    image_error,
    over_limit,
    refuse,
)
from xpkg_tool.oci.manifests import (
    INDEX_TYPES,
    MAX_MANIFEST,
    REF_NAME,
    Descriptor,
    IndexEntry,
    StoredManifest,
    choose_for_platform,
    parse_index,
    parse_json,
    parse_manifest,
)
from xpkg_tool.oci.stored_image import OCI_ARCHIVE, OCI_LAYOUT, StoredImage, stored
from xpkg_tool.oci.write.archive import blob_name
from xpkg_tool.oci.write.layer import sha256

# How deeply indexes may nest; nobody nests more.
MAX_INDEXES = 4


def read_layout_folder(path: str, name: str = "") -> StoredImage:
    """The image in the layout in the directory `path`; `name` is its reference name there, or "" if
    it is the only one. Raises ImageError."""
    return read_layout(layout_folder(path), name, form=OCI_LAYOUT)


def read_layout(files: Files, name: str = "", *, form: str = OCI_ARCHIVE) -> StoredImage:
    """The image in the layout with the files `files`. Raises ImageError; an image that is
    inconsistent but can be read has faults."""
    path, faults = files.path, list[Finding]()
    chosen, indexes = layout_root(files, name), list[StoredManifest]()
    raw = _verified(files, chosen, "index.json", faults)
    for _ in range(MAX_INDEXES):
        if chosen.media_type not in INDEX_TYPES:
            break
        indexes.append(StoredManifest(chosen.media_type, chosen.digest, raw))
        chosen = choose_for_platform(path, parse_index(path, "An index", raw))
        raw = _verified(files, chosen, "the index", faults)
    blobs = FileBlobs(path, lambda digest: files.find(blob_name(digest)))
    manifest = parse_manifest(path, raw, chosen.media_type)
    image = stored(path, form, manifest, chosen.digest, blobs, indexes=tuple(indexes))
    return image.with_faults(faults)


def layout_root(files: Files, name: str = "") -> Descriptor:
    """The only entry of index.json, or the one with that name. Raises ImageError."""
    path = files.path
    layout = parse_json(path, "oci-layout", _content(files, "oci-layout"), MAX_MANIFEST)
    if layout.get("imageLayoutVersion") != "1.0.0":
        raise image_error(path, "oci-layout has a version other than 1.0.0")
    return _choose(path, parse_index(path, "index.json", _content(files, "index.json")), name)


def layout_manifest(files: Files, descriptor: Descriptor) -> bytes:
    """The manifest or index, verified. Raises ImageError."""
    faults: list[Finding] = []
    raw = _verified(files, descriptor, "the index", faults)
    refuse(faults)
    return raw


def layout_folder(path: str) -> FolderFiles:
    """The files of the layout in the directory `path`. Raises ImageError."""
    files = FolderFiles(path)
    if files.find("index.json") is None:
        raise image_error(
            path,
            "The folder is not an OCI image layout: it has no index.json",
            "Name the file of a package, or a folder with an OCI image layout.",
        )
    return files


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
        f"index.json names {len(entries)} manifests instead of exactly one",
        f"Name the image as well: oci-layout:DIRECTORY:NAME. It has: {known}."
        if known
        else "Keep only one image in it.",
    )


def _content(files: Files, name: str) -> bytes:
    window = files.find(name)
    if window is None:
        raise image_error(files.path, f"It contains no {name}")
    return _limited(files, window, name)


def _limited(files: Files, window: Window, name: str) -> bytes:
    if window.size > MAX_MANIFEST:
        raise over_limit(files.path, f"{name} has", MAX_MANIFEST, "bytes")
    return read_all(window)


def _verified(files: Files, descriptor: Descriptor, where: str, faults: list[Finding]) -> bytes:
    """The manifest or index that `where` names; adds to `faults` where its descriptor is wrong."""
    window = files.find(blob_name(descriptor.digest))
    if window is None:
        raise missing(files.path, descriptor.digest)
    raw = _limited(files, window, "The manifest")
    faults += compare(files.path, raw, descriptor, where)
    return raw


def compare(path: str, raw: bytes, descriptor: Descriptor, where: str) -> list[Finding]:
    """Findings if a manifest does not match its descriptor in `where`."""
    found = []
    digest = sha256(raw)
    if digest != descriptor.digest:
        found.append(
            finding_of(
                path,
                f"The digest of the manifest is {digest}, but {where} says {descriptor.digest}",
                rule=DIGEST_DIFFERS,
            )
        )
    if len(raw) != descriptor.size:
        found.append(
            finding_of(
                path,
                f"The manifest has {len(raw):,} bytes, but {where} says {descriptor.size:,}",
                rule=SIZE_DIFFERS,
            )
        )
    return found
