"""What is published under one digest: an image, or an index of images with all its manifests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Sequence

from xpkg_tool.oci.blobs import BlobReader
from xpkg_tool.oci.manifests import Descriptor
from xpkg_tool.oci.read.docker_archive import pushed_manifest
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage


@dataclass(frozen=True)
class StoredManifest:
    """A manifest or an index: its media type, its digest and its exact bytes."""

    media_type: str
    digest: str
    manifest: bytes


@dataclass(frozen=True)
class Artifact:
    """Manifests, and the blobs that they name, each digest once. What a manifest names stands
    before it; the last one is the artifact's own, to which tags point. Lives as long as the images
    that it was made of; whoever opened those closes them."""

    manifests: tuple[StoredManifest, ...]
    blobs: tuple[Descriptor, ...]
    _images: Mapping[str, StoredImage] = field(repr=False)

    @property
    def digest(self) -> str:
        return self.manifests[-1].digest

    @property
    def media_type(self) -> str:
        return self.manifests[-1].media_type

    @property
    def manifest(self) -> bytes:
        return self.manifests[-1].manifest

    def open(self, descriptor: Descriptor) -> BlobReader:
        """A new reader at the start of the blob, which verifies size and digest; close it. Raises
        PublishError, also while it is read."""
        return self._images[descriptor.digest].open(descriptor)


def artifact_of(images: Sequence[StoredImage], indexes: Sequence[StoredManifest] = ()) -> Artifact:
    """The artifact of one image; or of `indexes` that name the images, the outermost last. Raises
    ImageError for an image whose manifest nobody knows (docker_archive.pushed_manifest)."""
    blobs: dict[str, Descriptor] = {}
    owners: dict[str, StoredImage] = {}
    manifests: dict[str, StoredManifest] = {}
    for image in images:
        if image.form == DOCKER_ARCHIVE:
            # It has no manifest of its own, and gets that of Crossplane's push, if there is one.
            pushed_manifest(image)
        manifests[image.digest] = StoredManifest(image.media_type, image.digest, image.manifest)
        for blob in image.blobs:
            if blob.digest not in blobs:
                blobs[blob.digest], owners[blob.digest] = blob, image
    for index in indexes:
        manifests[index.digest] = index
    return Artifact(tuple(manifests.values()), tuple(blobs.values()), owners)
