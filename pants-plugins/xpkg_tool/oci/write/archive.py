"""The .xpkg file: a tar that is a docker-archive and an OCI image layout at the same time.

tests/vectors/hybrid.xpkg has the same members, headers, order and end.
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.oci.write import ustar
from xpkg_tool.oci.write.image import INDEX_TYPE, MANIFEST_TYPE, Image, compact_json


def write_archive(image: Image) -> Iterator[bytes]:
    """The bytes of the archive, in pieces."""
    for name, content in _members(image):
        yield ustar.header(name, len(content))
        yield content
        yield ustar.padding(len(content))
    yield ustar.END


def _members(image: Image) -> Iterator[tuple[str, bytes]]:
    yield "oci-layout", b'{"imageLayoutVersion":"1.0.0"}'
    yield "index.json", compact_json(_index(image))
    yield "manifest.json", compact_json([_docker_manifest(image)])
    blobs = {
        image.digest: image.manifest,
        image.config_digest: image.config,
        **{layer.digest: layer.data for layer in image.layers},
    }
    for digest in sorted(blobs):
        yield blob_name(digest), blobs[digest]


def _index(image: Image) -> dict[str, object]:
    descriptor = {
        "mediaType": MANIFEST_TYPE,
        "size": len(image.manifest),
        "digest": image.digest,
    }
    return {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [descriptor]}


def _docker_manifest(image: Image) -> dict[str, object]:
    return {
        "Config": blob_name(image.config_digest),
        # With a name, the bytes would depend on where the package is published.
        "RepoTags": None,
        "Layers": [blob_name(layer.digest) for layer in image.layers],
    }


def blob_name(digest: str) -> str:
    """The name of a blob's file in an image layout."""
    return "blobs/" + digest.replace(":", "/")
