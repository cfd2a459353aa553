"""From an image to the content of its package, with what proves it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, Proof
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.blobs import Blobs, Readable
from xpkg_tool.oci.image_error import DIGEST_DIFFERS, image_error, refuse
from xpkg_tool.oci.manifests import Descriptor, StoredManifest, parse_index
from xpkg_tool.oci.read.package_files import read_package
from xpkg_tool.oci.stored_image import StoredImage
from xpkg_tool.oci.write.layer import BASE_FILE

# In bytes, of all that is kept of an image. The layer of a package has a few megabytes; only where
# no layer is annotated as the package, more of the image has to be read.
MAX_PROOF = 64 * 1024 * 1024

_PLATFORM = re.compile(r"(?!unknown/)[a-z0-9]+/[a-z0-9._]+")


def read_content(source: str, digest: str, image: StoredImage) -> FetchedPackage:
    """The package in `image`, which was found by `digest`. Each byte of it is verified: the index
    by the digest, the manifest by the index, the layer by the manifest. Raises ImageError, also
    where different releases of Crossplane would find different packages in the image; and
    PublishError if a registry fails."""
    refuse(image.faults)
    found = image.index_digest or image.digest
    if found != digest:
        raise image_error(
            image.source, f"It has the digest {found} instead of {digest}", rule=DIGEST_DIFFERS
        )
    kept = _KeptBlobs()
    files = read_package(image.reading_through(kept.of), files=frozenset({BASE_FILE}))
    refuse(files.faults)
    assert files.package is not None, "An image without a package has a fault."
    manifests = (*image.indexes, StoredManifest(image.media_type, image.digest, image.manifest))
    blobs = kept.with_manifests(manifests)
    proof = None if blobs is None else Proof(manifests[0].media_type, blobs)
    return FetchedPackage(source, digest, files.package, _platforms(image), proof)


def _platforms(image: StoredImage) -> Mapping[str, str]:
    """The digests of the outermost index's manifests, by platform: of several for one, the first,
    which is the one that is used. Attestations are for the platform unknown/unknown, which is
    none."""
    found: dict[str, str] = {}
    for index in image.indexes[:1]:
        for entry in parse_index(image.source, "The index", index.manifest):
            platform = entry.platform or ""
            if _PLATFORM.fullmatch(platform):
                found.setdefault(platform, entry.descriptor.digest)
    return MappingProxyType(found)


class _KeptBlobs:
    """Keeps the blobs of an image while they are read, unless they are too large."""

    def __init__(self) -> None:
        self._read: list[tuple[str, bytearray]] = []
        self._size = 0

    def of(self, blobs: Blobs) -> Blobs:
        return _Watched(blobs, self)

    def with_manifests(self, manifests: tuple[StoredManifest, ...]) -> Mapping[str, bytes] | None:
        """All that was read, and the manifests, by digest; None where it is too much."""
        if self._size > MAX_PROOF:
            return None
        blobs = {digest: bytes(content) for digest, content in self._read}
        return MappingProxyType({**{m.digest: m.manifest for m in manifests}, **blobs})

    def begin(self, digest: str) -> bytearray:
        content = bytearray()
        self._read.append((digest, content))
        return content

    def add(self, content: bytearray, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_PROOF:
            self._read.clear()
            content.clear()
        else:
            content += piece


class _Watched:
    """Blobs of which everything that is read is kept."""

    def __init__(self, blobs: Blobs, kept: _KeptBlobs) -> None:
        self._blobs, self._kept = blobs, kept

    def fault(self, descriptor: Descriptor) -> Finding | None:
        return self._blobs.fault(descriptor)

    def open(self, descriptor: Descriptor) -> Readable:
        return _WatchedBlob(self._blobs.open(descriptor), self._kept, descriptor.digest)

    def close(self) -> None:
        self._blobs.close()


class _WatchedBlob:
    def __init__(self, blob: Readable, kept: _KeptBlobs, digest: str) -> None:
        self._blob, self._kept = blob, kept
        self._content = kept.begin(digest)

    def read(self, size: int, /) -> bytes:
        piece = self._blob.read(size)
        self._kept.add(self._content, piece)
        return piece

    def close(self) -> None:
        self._blob.close()
