"""Publishes to a directory in the OCI image layout (image specification 1.1, image-layout.md).

Many repositories share one directory. An entry of index.json has `repository:tag` as its annotation
`org.opencontainers.image.ref.name`, as in skopeo's `oci:DIRECTORY:repository:tag`. Its media type
is the manifest's own (Docker schema 2). skopeo 1.9 does not find such entries by name, not even
those that its own `copy --preserve-digests` writes (skopeo#1975). Declaring the manifest as an OCI
one would help there, but then it could not be pushed, because registries compare the media types.
Blobs are written first, index.json last, each by rename: a reader sees the old state or the new
one. Moving a tag changes only its entry; the old manifest's blobs stay."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import Any, NamedTuple

from xpkg_tool.diagnostics.errors import LAYOUT, PublishError, publish_error
from xpkg_tool.files.whole import write_whole
from xpkg_tool.messages.publish import Transfer
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.manifests import REF_NAME, integer
from xpkg_tool.oci.write.image import INDEX_TYPE
from xpkg_tool.oci.write.layout_files import LOCK_TIMEOUT, Busy, locked

_LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
_MAX_INDEX = 64 * 1024 * 1024
_NOTHING: Mapping[str, str] = MappingProxyType({})


class LayoutResult(NamedTuple):
    """What was written: the number and bytes of blobs (config, layers, manifests) that were sent
    and that existed, and which of the names changed. `moved` are the names whose digest changed
    since the plan, with the new digest; they are left alone. All others were up to date."""

    changed: frozenset[str]
    transfer: Transfer = Transfer()
    moved: Mapping[str, str] = _NOTHING


def named_digests(directory: str) -> Mapping[str, str]:
    """The digest of each name (`repository:tag`) in the layout; empty if the directory does not
    exist. Raises PublishError."""
    try:
        index = _read_index(directory)
    except FileNotFoundError:
        return _NOTHING
    except OSError as error:
        raise publish_error(
            LAYOUT,
            f"The image layout {directory} cannot be read: "
            f"{error.strerror or type(error).__name__}",
            "Make sure that it is a directory and that you have permission to read it.",
        ) from None
    return {_name(entry): str(entry.get("digest", "")) for entry in index["manifests"]}


def has_manifest(directory: str, digest: str) -> bool:
    return os.path.isfile(_blob_path(directory, digest))


def publish(
    archive: Artifact,
    directory: str,
    names: Sequence[str],
    *,
    expected: Mapping[str, str | None] | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> LayoutResult:
    """Publishes `archive` to the layout `directory` (created if missing; relative to the current
    directory) under each of `names` (`repository:tag`). Writes nothing if everything exists.
    `expected` is the digest that each name had when it was decided that it may be written; a name
    that has changed since is left alone. Raises PublishError; index.json is then unchanged."""
    try:
        try:
            # If everything is up to date, a read-only directory must not fail.
            os.makedirs(os.path.join(directory, "blobs", "sha256"), exist_ok=True)
        except OSError:
            if not os.path.isdir(directory):
                raise
        with locked(directory, lock_timeout):
            return _publish(archive, directory, names, expected)
    except Busy:
        raise publish_error(
            LAYOUT,
            f"The image layout {directory} was in use for {lock_timeout:g} seconds",
            "Wait for the other process that publishes to it, or stop it.",
        ) from None
    except OSError as error:
        raise publish_error(
            LAYOUT,
            f"The image layout {directory} cannot be written: "
            f"{error.strerror or type(error).__name__}; its index is unchanged",
            "Make sure that it is a directory, that you have permission to write to it and that "
            "the disk is not full; then publish again.",
        ) from None


def _publish(
    archive: Artifact,
    directory: str,
    names: Sequence[str],
    expected: Mapping[str, str | None] | None,
) -> LayoutResult:
    index = _read_index(directory)
    entries: list[dict[str, Any]] = index["manifests"]
    there = {_name(entry): str(entry.get("digest", "")) for entry in entries}
    moved = {
        name: there[name]
        for name in names
        if expected is not None
        and name in there
        and there[name] not in (expected.get(name), archive.digest)
    }
    names = [name for name in names if name not in moved]
    if not names:
        return LayoutResult(frozenset(), moved=moved)
    wanted = {name: _entry(archive, name) for name in names}
    changed = frozenset(
        name for name in names if [e for e in entries if _name(e) == name] != [wanted[name]]
    )
    missing = _missing(archive, directory)
    sent = sum(_write_blob(archive, directory, digest) for digest in missing)
    if not os.path.exists(os.path.join(directory, "oci-layout")):
        write_whole({os.path.join(directory, "oci-layout"): _LAYOUT})
    if changed:
        kept = [entry for entry in entries if _name(entry) not in changed]
        index["manifests"] = sorted(
            [*kept, *(wanted[name] for name in changed)], key=lambda e: (_name(e), str(e))
        )
        content = json.dumps(index, separators=(",", ":"), ensure_ascii=False).encode()
        write_whole({os.path.join(directory, "index.json"): content})
    sizes = _sizes(archive)
    transfer = Transfer(
        bytes_sent=sent,
        bytes_skipped=sum(sizes.values()) - sent,
        blobs_sent=len(missing),
        blobs_skipped=len(sizes) - len(missing),
    )
    return LayoutResult(changed, transfer, moved)


def _sizes(archive: Artifact) -> dict[str, int]:
    """The sizes of blobs and manifests; a manifest comes after what it names."""
    sizes = {blob.digest: blob.size for blob in archive.blobs}
    return {**sizes, **{m.digest: len(m.manifest) for m in archive.manifests}}


def _missing(archive: Artifact, directory: str) -> tuple[str, ...]:
    """The digests of blobs and manifests that do not exist with the right size."""
    sizes = _sizes(archive)

    def present(digest: str) -> bool:
        try:
            status = os.stat(_blob_path(directory, digest))
        except FileNotFoundError:
            return False
        return status.st_size == sizes[digest]

    return tuple(digest for digest in sizes if not present(digest))


def _write_blob(archive: Artifact, directory: str, digest: str) -> int:
    path = _blob_path(directory, digest)
    for manifest in archive.manifests:
        if digest == manifest.digest:
            write_whole({path: manifest.manifest}, hidden_in=directory)
            return len(manifest.manifest)
    blob = next(blob for blob in archive.blobs if blob.digest == digest)
    with closing(archive.open(blob)) as reader:
        write_whole({path: reader}, hidden_in=directory)
    return blob.size


def _blob_path(directory: str, digest: str) -> str:
    return os.path.join(directory, "blobs", *digest.split(":"))


def _entry(archive: Artifact, name: str) -> dict[str, Any]:
    return {
        "mediaType": archive.media_type,
        "size": len(archive.manifest),
        "digest": archive.digest,
        "annotations": {REF_NAME: name},
    }


def _name(entry: dict[str, Any]) -> str:
    annotations = entry.get("annotations")
    name = annotations.get(REF_NAME) if isinstance(annotations, dict) else None
    return name if isinstance(name, str) else ""


def _read_index(directory: str) -> dict[str, Any]:
    """index.json, including the entries of other programs; a new one if there is none."""
    path = os.path.join(directory, "index.json")
    try:
        with open(path, "rb") as file:
            content = file.read(_MAX_INDEX + 1)
    except FileNotFoundError:
        _refuse_foreign(directory)
        return {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": []}
    try:
        index = json.loads(content, parse_int=integer) if len(content) <= _MAX_INDEX else None
    except (ValueError, RecursionError):
        index = None
    entries = index.get("manifests") if isinstance(index, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _foreign(path, "is not an image index")
    assert isinstance(index, dict)
    return index


def _refuse_foreign(directory: str) -> None:
    """Refuses a directory with other contents, which was probably named by mistake."""
    for entry in os.listdir(directory):
        if entry not in ("blobs", "oci-layout") and not entry.startswith("."):
            raise _foreign(
                directory, f"is not an image layout: it contains {entry!r}, but no index.json"
            )


def _foreign(path: str, what: str) -> PublishError:
    return publish_error(
        LAYOUT,
        f"{path} {what}",
        "Name another directory, or move its contents away; nothing was changed.",
    )
