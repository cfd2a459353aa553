"""Reads an image from a registry (distribution specification 1.1, "Pull")."""

from __future__ import annotations

import time

from xpkg_tool.diagnostics.errors import REFERENCE, publish_error
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.blobs import missing
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
    Descriptor,
    StoredManifest,
    choose_for_platform,
    parse_index,
    parse_json,
    parse_manifest,
)
from xpkg_tool.oci.read.artifact_reader import read_tree
from xpkg_tool.oci.read.layout_reader import MAX_INDEXES, compare
from xpkg_tool.oci.reference import DIGEST, Reference
from xpkg_tool.oci.stored_image import REGISTRY, StoredImage, stored
from xpkg_tool.oci.write.layer import sha256
from xpkg_tool.registry.connection import Connection
from xpkg_tool.registry.http.client import Response, Stream
from xpkg_tool.registry.http.retry import Fault
from xpkg_tool.registry.repository import Repository

# A connection that breaks this often within one blob will not improve.
_MAX_RESUMES = 16
# In bytes, for a blob that is copied; blobs that are read have lower limits. No registry accepts
# larger ones.
MAX_BLOB = 64 * 1024 * 1024 * 1024
# The time limit for one blob: an hour, plus its size at this many bytes per second. (adapter.py
# limits each wait; this limits their sum, including the waits for the destination of a copy.)
_HOUR, _SLOWEST = 3600.0, 100_000


def pull(reference: Reference, connection: Connection) -> StoredImage:
    """The image that `reference` names; for an index, its image for linux/amd64. Blobs are fetched
    when they are read; closing the image closes `connection`. Raises ImageError for invalid
    content, and PublishError for a registry that fails."""
    source, repository = str(reference), connection.repository(reference.repository)
    response = _found(source, repository, reference)
    raw, faults = response.body, _wrong_digest(source, response, reference)
    digest = sha256(raw)
    media_type, indexes = _media_type(source, response), list[StoredManifest]()
    for _ in range(MAX_INDEXES):
        if media_type not in INDEX_TYPES:
            break
        indexes.append(StoredManifest(media_type, digest, raw))
        child = choose_for_platform(source, parse_index(source, "The index", raw))
        raw = _child(source, repository, child)
        faults += compare(source, raw, child, "the index")
        digest, media_type = child.digest, child.media_type
    manifest = parse_manifest(source, raw, media_type)
    blobs = _RegistryBlobs(source, connection, repository)
    image = stored(source, REGISTRY, manifest, digest, blobs, indexes=tuple(indexes))
    return image.with_faults(faults)


def pull_artifact(reference: Reference, connection: Connection) -> Artifact:
    """The artifact that `reference` names; an index includes all its manifests. Every digest is
    verified. Blobs are fetched when they are read, over `connection`, which the caller closes
    afterwards. Raises ImageError and PublishError."""
    source, repository = str(reference), connection.repository(reference.repository)
    response = _found(source, repository, reference)
    refuse(_wrong_digest(source, response, reference))
    raw = response.body
    root = Descriptor(_media_type(source, response), sha256(raw), len(raw))

    def fetch(descriptor: Descriptor) -> bytes:
        if descriptor is root:
            return raw
        child = _child(source, repository, descriptor)
        refuse(compare(source, child, descriptor, "the index"))
        return child

    blobs = _RegistryBlobs(source, connection, repository)
    return read_tree(source, REGISTRY, root, fetch, blobs)


def _found(source: str, repository: Repository, reference: Reference) -> Response:
    identifier = reference.digest or reference.tag
    response = repository.manifest(identifier)
    if response is None:
        raise publish_error(
            REFERENCE,
            f"The registry has no {identifier} in {reference.repository}",
            "Check the repository's name and the tag.",
            path=source,
        )
    return response


def _child(source: str, repository: Repository, child: Descriptor) -> bytes:
    response = repository.manifest(child.digest)
    if response is None:
        raise missing(source, child.digest)
    return response.body


def _media_type(source: str, response: Response) -> str:
    """The media type in the manifest, or else (it is optional in OCI manifests) in the header."""
    declared = parse_json(source, "the manifest", response.body, MAX_MANIFEST).get("mediaType")
    if isinstance(declared, str):
        return declared
    return response.headers.get("content-type", "").partition(";")[0].strip()


def _wrong_digest(source: str, response: Response, reference: Reference) -> list[Finding]:
    """A finding if the requested digest, or the one in the header, is not that of the bytes."""
    digest = sha256(response.body)
    named = response.headers.get("docker-content-digest", "")
    if reference.digest and not reference.digest.startswith("sha256:"):
        raise image_error(source, "The reference's digest is not a sha256 digest")
    for claimed, who in ((reference.digest, "the reference"), (named, "the registry")):
        if claimed not in ("", digest) and claimed.startswith("sha256:"):
            shown = claimed if DIGEST.fullmatch(claimed) else "something else"
            return [
                finding_of(
                    source,
                    f"The received manifest has the digest {digest}, but {who} says {shown}",
                    rule=DIGEST_DIFFERS,
                )
            ]
    return []


class _RegistryBlobs:
    """The blobs of an image in a repository."""

    def __init__(self, source: str, connection: Connection, repository: Repository) -> None:
        self._source, self._connection, self._repository = source, connection, repository

    def fault(self, descriptor: Descriptor) -> Finding | None:
        if descriptor.size > MAX_BLOB:
            what = f"Blob {descriptor.digest} has"
            return over_limit(self._source, what, MAX_BLOB, "bytes").finding
        # Checking whether it exists would cost a request; reading it shows the same.
        return None

    def open(self, descriptor: Descriptor) -> _BlobDownload:
        return _BlobDownload(self._source, self._repository, descriptor)

    def close(self) -> None:
        self._connection.close()


class _BlobDownload:
    """A blob while it is downloaded. After a broken connection the download resumes where it
    stopped; it never fetches more bytes than the descriptor says."""

    def __init__(self, source: str, repository: Repository, descriptor: Descriptor) -> None:
        self._source, self._repository, self._descriptor = source, repository, descriptor
        self._stream: Stream | None = None
        self._pending = b""
        self._received = 0
        self._skip = 0
        self._opened = 0
        self._end = time.monotonic() + _HOUR + descriptor.size / _SLOWEST

    def read(self, size: int, /) -> bytes:
        if not self._pending:
            self._pending = self._repository.transport.retrying(self._chunk)
        data, self._pending = self._pending[:size], self._pending[size:]
        return data

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _chunk(self) -> bytes:
        """The next bytes; b"" at the end. Raises Fault, after which it can be called again."""
        digest, size = self._descriptor.digest, self._descriptor.size
        if self._stream is None and self._received == size and self._opened:
            return b""
        try:
            stream = self._stream or self._open()
            while True:
                if time.monotonic() > self._end:
                    raise self._repository.transport.error(
                        f"takes too long to send blob {digest} of {size:,} bytes",
                        "Try again later, or contact its administrator.",
                    )
                chunk = stream.chunk()
                if not chunk and self._received < size:
                    raise Fault("the connection broke")
                skipped = min(self._skip, len(chunk))
                self._skip -= skipped
                if len(chunk) > skipped or not chunk:
                    break
        except BaseException:
            self.close()
            raise
        chunk = chunk[skipped:]
        self._received += len(chunk)
        if self._received > size:
            self.close()
            raise image_error(
                self._source,
                f"Blob {digest} is longer than the {size:,} bytes in the manifest",
                rule=SIZE_DIFFERS,
            )
        return chunk

    def _open(self) -> Stream:
        self._opened += 1
        if self._opened > _MAX_RESUMES:
            raise self._repository.transport.error(
                f"broke the connection {_MAX_RESUMES} times while sending blob "
                f"{self._descriptor.digest}",
                "Try again later, or contact its administrator.",
            )
        response = self._repository.open_blob(self._descriptor.digest, self._received)
        if response is None:
            raise missing(self._source, self._descriptor.digest)
        assert response.stream is not None
        self._stream = response.stream
        self._skip = self._received if response.status == 200 else 0
        return self._stream
