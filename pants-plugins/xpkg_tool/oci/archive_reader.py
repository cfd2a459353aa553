"""Reads a `.xpkg`: a tar that is docker-archive and OCI image layout at once.

Only our own form is read here (docs/package-format.md): plain USTAR members `oci-layout`,
`index.json`, `manifest.json` and `blobs/sha256/<hex>`. Nothing is unpacked: a blob is a window into
the file, and whoever reads it gets its last bytes only when size and digest are right.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from xpkg_tool.publish_error import ARCHIVE, PublishError, publish_error

# What the distribution specification asks a registry to take at least.
MAX_MANIFEST = 4 * 1024 * 1024
_MAX_MEMBERS = 4096
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1024 * 1024
_BLOB_NAME = re.compile(r"blobs/sha256/[0-9a-f]{64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_METADATA = ("oci-layout", "index.json", "manifest.json")
MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)


@dataclass(frozen=True)
class Descriptor:
    """What a manifest says of a blob: media type, `sha256:<hex>`, and size in bytes."""

    media_type: str
    digest: str
    size: int


@dataclass(frozen=True)
class Archive:
    """An opened package: its manifest (exact bytes), and where its blobs are in the file."""

    path: str
    manifest: bytes
    media_type: str
    digest: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    _windows: Mapping[str, tuple[int, int]] = field(repr=False)

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Config and layers, each digest once, in the order of the manifest."""
        return tuple({d.digest: d for d in (self.config, *self.layers)}.values())

    def open(self, descriptor: Descriptor) -> BlobReader:
        """A new reader at the start of the blob (close it). Raises PublishError for I/O errors."""
        offset, size = self._windows[descriptor.digest]
        try:
            file = open(self.path, "rb")  # noqa: SIM115 (the reader closes it)
            file.seek(offset)
        except OSError as error:
            raise _unreadable(self.path, error) from None
        return BlobReader(file, self.path, descriptor.digest, size)


class BlobReader:
    """A blob as a readable, closable stream with a known length.

    Has what `requests` and `http.client` look for: `read`, `__len__` and `__iter__`."""

    def __init__(self, file: BinaryIO, path: str, digest: str, size: int) -> None:
        self._file, self._path, self._digest = file, path, digest
        self._size, self._left = size, size
        self._hash = hashlib.sha256()

    def __len__(self) -> int:
        return self._size

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes (all that is left where negative or None). The last bytes are handed
        out only if the digest of the whole is right, so a damaged file never makes a complete
        upload. Raises PublishError."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        if not wanted:
            return b""
        try:
            data = self._file.read(wanted)
        except OSError as error:
            raise _unreadable(self._path, error) from None
        if len(data) != wanted:
            raise _bad(self._path, "the file is cut off")
        self._hash.update(data)
        self._left -= wanted
        if not self._left and f"sha256:{self._hash.hexdigest()}" != self._digest:
            raise _bad(self._path, f"the content of blob {self._digest} has another digest")
        return data

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(_CHUNK), b"")

    def close(self) -> None:
        self._file.close()


def open_archive(path: str) -> Archive:
    """The package in the file `path`; raises PublishError for anything that is not one.

    Bounded in memory: of the file's content only `oci-layout`, `index.json` and the manifest are
    read (4 MiB each at most). The manifest's digest is verified here, each blob's when it is read.
    """
    try:
        with open(path, "rb") as file:
            return _read(path, file)
    except OSError as error:
        raise _unreadable(path, error) from None


def _read(path: str, file: BinaryIO) -> Archive:
    windows = _scan(path, file)

    def content(name: str) -> bytes:
        if name not in windows:
            raise _bad(path, f"there is no {name} in it")
        offset, size = windows[name]
        if size > MAX_MANIFEST:
            raise _bad(path, f"{name} is larger than {MAX_MANIFEST} bytes")
        file.seek(offset)
        return file.read(size)

    if _json(path, "oci-layout", content("oci-layout")).get("imageLayoutVersion") != "1.0.0":
        raise _bad(path, "oci-layout names another version than 1.0.0")
    entries = _json(path, "index.json", content("index.json")).get("manifests")
    if not isinstance(entries, list) or len(entries) != 1:
        raise _bad(path, "index.json does not name exactly one manifest")
    entry = _descriptor(path, "index.json", entries[0])
    if entry.media_type not in MANIFEST_TYPES:
        raise _bad(path, f"the manifest is of the type {entry.media_type!r}")
    manifest = content(_blob_name(entry.digest))
    if f"sha256:{hashlib.sha256(manifest).hexdigest()}" != entry.digest:
        raise _bad(path, "the manifest has another digest than index.json says")
    if len(manifest) != entry.size:
        raise _bad(path, "the manifest has another size than index.json says")
    data = _json(path, "the manifest", manifest)
    if data.get("mediaType", entry.media_type) != entry.media_type:
        raise _bad(path, "the manifest says it is of another type than index.json says")
    layers = data.get("layers")
    if not isinstance(layers, list):
        raise _bad(path, "the manifest has no list of layers")
    archive = Archive(
        path=path,
        manifest=manifest,
        media_type=entry.media_type,
        digest=entry.digest,
        config=_descriptor(path, "the manifest", data.get("config")),
        layers=tuple(_descriptor(path, "the manifest", layer) for layer in layers),
        _windows={
            f"sha256:{name.rpartition('/')[2]}": window
            for name, window in windows.items()
            if name not in _METADATA
        },
    )
    for blob in (archive.config, *archive.layers):
        if blob.digest not in archive._windows:
            raise _bad(path, f"blob {blob.digest} is missing")
        if archive._windows[blob.digest][1] != blob.size:
            raise _bad(path, f"blob {blob.digest} has another size than the manifest says")
    return archive


def _scan(path: str, file: BinaryIO) -> dict[str, tuple[int, int]]:
    """Where each member's content is: name to (offset, size).

    Headers are read one by one instead of by `tarfile.open`, which would read extension headers
    (PAX, GNU) of any size into memory and apply them: our own form has none."""
    length = os.fstat(file.fileno()).st_size
    windows: dict[str, tuple[int, int]] = {}
    offset = 0
    while True:
        file.seek(offset)
        block = file.read(_BLOCK)
        if block == bytes(_BLOCK):
            return windows
        if len(block) < _BLOCK:
            raise _bad(path, "the file is cut off" if windows else "it is no tar archive")
        try:
            member = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        except (tarfile.HeaderError, ValueError):
            what = "a header is damaged" if windows else "it is no tar archive"
            raise _bad(path, what) from None
        name, size = member.name, member.size
        if member.type != tarfile.REGTYPE or not (name in _METADATA or _BLOB_NAME.fullmatch(name)):
            raise _bad(path, f"its member {name!r} does not belong into a package")
        if name in windows:
            raise _bad(path, f"its member {name!r} is there twice")
        if len(windows) >= _MAX_MEMBERS:
            raise _bad(path, f"it has more than {_MAX_MEMBERS} members")
        offset += _BLOCK
        if size < 0 or offset + size > length:
            raise _bad(path, "the file is cut off")
        windows[name] = (offset, size)
        offset += -(-size // _BLOCK) * _BLOCK


def _blob_name(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _descriptor(path: str, where: str, data: Any) -> Descriptor:
    if isinstance(data, dict):
        media_type, digest, size = data.get("mediaType"), data.get("digest"), data.get("size")
        if (
            isinstance(media_type, str)
            and isinstance(digest, str)
            and _DIGEST.fullmatch(digest)
            and type(size) is int
            and size >= 0
        ):
            return Descriptor(media_type, digest, size)
    raise _bad(path, f"{where} has a descriptor without a media type, sha256 digest and size")


def _json(path: str, name: str, content: bytes) -> dict[str, Any]:
    try:
        data = json.load(io.BytesIO(content))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise _bad(path, f"{name} is no JSON object")
    return data


def _bad(path: str, what: str) -> PublishError:
    return publish_error(
        ARCHIVE,
        f"This file is no package that can be published: {what}",
        "Build the package again with `pants package`.",
        path=path,
    )


def _unreadable(path: str, error: OSError) -> PublishError:
    return publish_error(
        ARCHIVE,
        f"This file cannot be read: {error.strerror or type(error).__name__}",
        "Build the package with `pants package`, and name the file that it wrote.",
        path=path,
    )
