"""What one digest refers to: an image, or an index with all its images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Sequence

from xpkg_tool.oci.blobs import BlobReader
from xpkg_tool.oci.manifests import Descriptor, StoredManifest
from xpkg_tool.oci.read.docker_archive import pushed_manifest
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage


@dataclass(frozen=True)
class Artifact:
    """Manifests, and the blobs that they name, each digest once. A manifest comes after those that
    it names; the last one is the artifact's own, to which tags point. It is usable as long as the
    images that it was made of, which are closed by whoever opened them."""

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
        """A new reader at the start of the blob, which verifies size and digest; the caller closes
        it. Raises PublishError, also while reading."""
        return self._images[descriptor.digest].open(descriptor)


def artifact_of(images: Sequence[StoredImage], indexes: Sequence[StoredManifest] = ()) -> Artifact:
    """The artifact of one image; or of `indexes` that name the images, the outermost last. Raises
    ImageError for an image without a known manifest (docker_archive.pushed_manifest)."""
    blobs: dict[str, Descriptor] = {}
    owners: dict[str, StoredImage] = {}
    manifests: dict[str, StoredManifest] = {}
    for image in images:
        if image.form == DOCKER_ARCHIVE:
            # It has no manifest; Crossplane's push would create one, unless this raises.
            pushed_manifest(image)
        manifests[image.digest] = StoredManifest(image.media_type, image.digest, image.manifest)
        for blob in image.blobs:
            if blob.digest not in blobs:
                blobs[blob.digest], owners[blob.digest] = blob, image
    for index in indexes:
        manifests[index.digest] = index
    return Artifact(tuple(manifests.values()), tuple(blobs.values()), owners)
