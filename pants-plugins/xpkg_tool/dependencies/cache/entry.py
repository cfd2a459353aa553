"""An entry of the cache: one file with what proves a package, and nothing else.

It is a tar with an OCI image layout (image specification 1.1, image-layout.md) that holds only the
blobs on the way from the package's digest to its package.yaml. So an entry is read as every other
image is, which verifies each of these blobs, and a file has either a whole entry or none.
"""

from __future__ import annotations

from collections.abc import Iterator

from xpkg_tool.dependencies.fetch.content import read_content
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, Proof
from xpkg_tool.oci.read.archive_reader import scan_archive
from xpkg_tool.oci.read.layout_reader import read_layout
from xpkg_tool.oci.write import ustar
from xpkg_tool.oci.write.archive import blob_name
from xpkg_tool.oci.write.image import INDEX_TYPE, compact_json


def write_entry(digest: str, proof: Proof) -> Iterator[bytes]:
    """The bytes of the entry, in pieces: the same for the same package."""
    for name, content in _members(digest, proof):
        yield ustar.header(name, len(content))
        yield content
        yield ustar.padding(len(content))
    yield ustar.END


def read_entry(path: str, source: str, digest: str) -> FetchedPackage:
    """The package with this digest in the file `path`, verified. Raises ImageError for anything
    else."""
    return read_content(source, digest, read_layout(scan_archive(path)))


def _members(digest: str, proof: Proof) -> Iterator[tuple[str, bytes]]:
    root = {
        "mediaType": proof.media_type,
        "size": len(proof.blobs[digest]),
        "digest": digest,
    }
    index = {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": [root]}
    yield "oci-layout", b'{"imageLayoutVersion":"1.0.0"}'
    yield "index.json", compact_json(index)
    for name in sorted(proof.blobs):
        yield blob_name(name), proof.blobs[name]
