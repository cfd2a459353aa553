"""The files of Crossplane's own package cache, by which a cluster without a registry installs
packages (source: crossplane-runtime pkg/xpkg client.go, cache.go).

Each has the package.yaml of one package, compressed, and is named after the source, as the objects
of the cluster spell it, and the digest.
"""

from __future__ import annotations

from xpkg_tool.oci.write.layer import gzip_member
from xpkg_tool.package.names import to_dns_label

_SOURCE_LENGTH = 50
# Of the digest's text: of its hexadecimal digits, five.
_DIGEST_LENGTH = 12
# The fastest, as Crossplane's own.
_LEVEL = 1


def file_name(source: str, digest: str) -> str:
    """The name of the file with the package of this source and digest (`sha256:…`)."""
    head = source.encode("utf-8")[:_SOURCE_LENGTH].decode("utf-8", "ignore")
    return to_dns_label(f"{head}-{digest[:_DIGEST_LENGTH]}") + ".gz"


def file_content(stream: bytes) -> bytes:
    """The file's bytes, where `stream` are those of package.yaml. They do not depend on the
    machine."""
    return gzip_member(stream, _LEVEL)
