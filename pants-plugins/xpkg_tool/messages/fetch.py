"""Packages of other repositories and their cache: `fetch` and `read-fetched`."""

from collections.abc import Mapping
from typing import NamedTuple

from xpkg_tool.messages.registry import RegistryOptions


class PackageToFetch(NamedTuple):
    """A package of another repository: its source, and the digest of its manifest or index."""

    source: str
    digest: str


class FetchRequest(NamedTuple):
    """Fetches packages, in place of those that the cache in the folder `cache` has, and keeps them
    there. `directory`, `connections` and `registries` are as in PlanRequest."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    cache: str
    packages: tuple[PackageToFetch, ...]


class FetchedEntry(NamedTuple):
    """What became of a package: the digests of an index's manifests by `os/architecture`, or the
    error where it could not be fetched."""

    platforms: Mapping[str, str] = {}
    error: str = ""


class FetchAnswer(NamedTuple):
    """In the order of the request. Package n, if it was fetched, is the file STREAM in `n/`."""

    packages: tuple[FetchedEntry, ...]


class ReadFetchedRequest(NamedTuple):
    """Reads a package from the cache in the folder `cache`. The answer has the file STREAM. The
    exit code is not 0 where the cache does not have it."""

    package: PackageToFetch
    cache: str


class ReadFetchedAnswer(NamedTuple):
    """`platforms` as in FetchedEntry."""

    platforms: Mapping[str, str]
