"""What the fetching of packages consists of, each part replaceable: who knows the tags of a source,
the digest of a tag, the package of a digest; and where fetched packages are kept.

Everything after the digest goes by the digest alone, so a tag that moves changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Proof:
    """What shows that a package belongs to its digest: the bytes of that manifest or index, whose
    media type is `media_type`, and of everything on the way from it to package.yaml (the manifest
    of an index, the layers that were read), by their own digests."""

    media_type: str
    blobs: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class FetchedPackage:
    """The content of a package: `digest` is the one that was asked for, of a manifest or an index,
    `platforms` the digests of an index's manifests by `os/architecture` (empty where it is none),
    and `stream` the bytes of package.yaml. `proof` is what a cache keeps; without one it keeps
    nothing."""

    source: str
    digest: str
    stream: bytes
    platforms: Mapping[str, str] = field(default_factory=dict)
    proof: Proof | None = field(default=None, compare=False, repr=False)


class Tags(Protocol):
    """Lists what a repository has."""

    def tags(self, source: str) -> tuple[str, ...]:
        """All tags of the source, in the order of the registry. Raises PublishError."""
        ...


class Digester(Protocol):
    """Finds the digest behind a tag."""

    def digest(self, source: str, tag: str) -> str:
        """The digest of the manifest or the index; `tag` may be a digest, to see whether it is
        there. Raises PublishError."""
        ...


class Fetcher(Protocol):
    """Fetches a package by its digest."""

    def fetch(self, source: str, digest: str) -> FetchedPackage:
        """The package, each byte of it verified. Raises ImageError for invalid content and
        PublishError for a registry that fails."""
        ...


class PackageCache(Protocol):
    """Keeps fetched packages by their full digest. What it cannot read is a miss, never an error
    of the one who asks."""

    def get(self, source: str, digest: str) -> FetchedPackage | None: ...

    def store(self, package: FetchedPackage) -> None: ...

    def delete(self, digest: str) -> None: ...
