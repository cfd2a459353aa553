"""An image stored in a file, a layout or a registry. Its blobs are read only on demand."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Callable, Iterable

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.blobs import BlobReader, Blobs, Readable
from xpkg_tool.oci.image_error import over_limit, refuse
from xpkg_tool.oci.manifests import (
    MAX_CONFIG,
    Descriptor,
    ImageConfig,
    Manifest,
    StoredManifest,
    parse_config,
)
from xpkg_tool.oci.write.image import ANNOTATION

# What an image was read from.
DOCKER_ARCHIVE = "docker-archive"
OCI_ARCHIVE = "oci-archive"
OCI_LAYOUT = "oci-layout"
REGISTRY = "registry"


@dataclass(frozen=True)
class StoredImage:
    """An image: its manifest, the descriptors in it, and a way to stream each blob. The caller
    closes it.

    `source` is the file, folder or reference as it was named. `manifest` is the exact stored bytes,
    except for the form DOCKER_ARCHIVE, which has none: there it is the manifest that Crossplane's
    own push would create (docker_archive.pushed_manifest). `indexes` are those that led to the
    image, the outermost first. `faults` are the findings about everything read so far.
    """

    source: str
    form: str
    manifest: bytes
    media_type: str
    digest: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    _blobs: Blobs = field(repr=False)
    faults: tuple[Finding, ...] = ()
    indexes: tuple[StoredManifest, ...] = ()

    @property
    def index_digest(self) -> str:
        """The digest of the outermost index that led to the image, or ""."""
        return self.indexes[0].digest if self.indexes else ""

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """Config and layers, each digest once, in the order of the manifest."""
        return tuple({d.digest: d for d in (self.config, *self.layers)}.values())

    def open(self, descriptor: Descriptor) -> BlobReader:
        """A new reader at the start of the blob, which verifies size and digest; the caller closes
        it. Raises ImageError, or PublishError if a registry fails."""
        return BlobReader(self._blobs.open(descriptor), self.source, descriptor)

    def stream(self, descriptor: Descriptor) -> Readable:
        """The blob's bytes without checking size and digest. Raises as `open` does."""
        return self._blobs.open(descriptor)

    def fault(self, descriptor: Descriptor) -> Finding | None:
        """What is wrong with a blob, without reading it."""
        return self._blobs.fault(descriptor)

    def with_faults(self, faults: Iterable[Finding]) -> StoredImage:
        return replace(self, faults=(*self.faults, *faults))

    def reading_through(self, wrap: Callable[[Blobs], Blobs]) -> StoredImage:
        """The image, with its blobs read through what `wrap` makes of them."""
        return replace(self, _blobs=wrap(self._blobs))

    def checked(self) -> StoredImage:
        """The image itself; raises ImageError for its first fault, if any."""
        refuse((*self.faults, *map(self.fault, self.blobs)))
        return self

    def close(self) -> None:
        self._blobs.close()


def stored(
    source: str,
    form: str,
    manifest: Manifest,
    digest: str,
    blobs: Blobs,
    *,
    indexes: tuple[StoredManifest, ...] = (),
) -> StoredImage:
    return StoredImage(
        source,
        form,
        manifest.raw,
        manifest.media_type,
        digest,
        manifest.config,
        manifest.layers,
        blobs,
        indexes=indexes,
    )


def config_bytes(image: StoredImage) -> bytes:
    """The config's bytes, verified. Raises ImageError."""
    refuse([image.fault(image.config)])
    if image.config.size > MAX_CONFIG:
        raise over_limit(image.source, "The config has", MAX_CONFIG, "bytes")
    with closing(image.open(image.config)) as reader:
        return reader.read()


def read_config(image: StoredImage) -> ImageConfig:
    """The parsed config. Raises ImageError."""
    return parse_config(image.source, config_bytes(image))


def kind_of(layer: Descriptor) -> str | None:
    """What the layer is to the package manager: its annotation `io.crossplane.xpkg`, or None."""
    return layer.annotations.get(ANNOTATION)
