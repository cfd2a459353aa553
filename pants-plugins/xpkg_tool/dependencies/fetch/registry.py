"""Tags, digests and packages from registries.

A package costs one request for its tags, one for a digest, and what it consists of: its index where
there is one, a manifest and a layer. The connection, the probe and the tokens of a registry are
shared by all its sources (`Connections`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from xpkg_tool.dependencies.fetch.content import read_content
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.dependencies.model import is_digest
from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.write.layer import sha256

# Importing requests and oras takes 0.2 seconds, which is not needed for what is in the cache.
if TYPE_CHECKING:
    from xpkg_tool.registry.connection import Connection


class Connections(Protocol):
    """One connection to each registry, to all of them with the settings of publishing
    (publish.registries.Registries)."""

    def connection(self, registry: str) -> Connection:
        """The connection to a registry, `Reference.registry`. Raises PublishError."""
        ...


def announce(connections: Connections, sources: Iterable[str]) -> None:
    """Says which sources are going to be asked for, so that those of one registry share tokens.
    What is wrong with a source or its registry is raised when it is used."""
    repositories: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        with suppress(PublishError):
            place = locate(source, tag="latest")
            repositories[place.registry].append(place.repository)
    for registry, names in repositories.items():
        with suppress(PublishError):
            connections.connection(registry).expect(list(dict.fromkeys(names)))


def is_usable(connections: Connections, source: str) -> bool:
    """Whether the registry of a source answers at all, whatever it answers for that source. One
    request, which is not repeated."""
    from xpkg_tool.registry.http.client import urls
    from xpkg_tool.registry.http.retry import Fault

    try:
        connection = connections.connection(locate(source, tag="latest").registry)
        connection.transport.send("GET", urls(connection.scheme, connection.registry, "").probe)
    except (Fault, PublishError):
        return False
    return True


class RegistryTags:
    """The tags of a source (`protocols.Tags`)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def tags(self, source: str) -> tuple[str, ...]:
        from xpkg_tool.registry.tags import list_tags

        with _about(source):
            place = locate(source, tag="latest")
            connection = self._connections.connection(place.registry)
            tags = list_tags(connection.repository(place.repository))
            if tags is None:
                raise publish_error(
                    REFERENCE,
                    f"The registry has no repository {place.repository}",
                    "Check the spelling of the source, and that the user may read it: many "
                    "registries hide a private repository from others.",
                )
            return tags


class RegistryDigester:
    """The digest behind a tag, or a digest if it is there (`protocols.Digester`): by HEAD; by GET
    where a registry has no HEAD, answers it without a digest or with one that the package manager
    does not know, or finds nothing by it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def digest(self, source: str, tag: str) -> str:
        by_digest = is_digest(tag)
        with _about(f"{source}@{tag}" if by_digest else f"{source}:{tag}"):
            place = locate(source, digest=tag) if by_digest else locate(source, tag=tag)
            connection = self._connections.connection(place.registry)
            repository = connection.repository(place.repository)
            digest = repository.manifest_digest(tag, confirm=True)
            if digest is not None and not digest.startswith("sha256:"):
                response = repository.manifest(tag)
                digest = None if response is None else sha256(response.body)
            if digest is None:
                noun = "digest" if by_digest else "tag"
                raise publish_error(
                    REFERENCE,
                    f"The registry has no {noun} {tag} in {place.repository}",
                    f"Check the spelling of the source and of the {noun}.",
                )
            return digest


class RegistryFetcher:
    """The package of a digest (`protocols.Fetcher`). Nothing is asked for by a tag, so one that
    moves changes nothing, and a registry that answers with other bytes is an error."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def fetch(self, source: str, digest: str) -> FetchedPackage:
        from xpkg_tool.registry.pull import pull

        with _about(f"{source}@{digest}"):
            place = locate(source, digest=digest)
            # The connection is everybody's, so the image, which would close it, stays open.
            image = pull(place, self._connections.connection(place.registry))
            return read_content(source, digest, image)


@contextmanager
def _about(place: str) -> Iterator[None]:
    """Says of errors without a place what they are about."""
    try:
        yield
    except ImageError:
        raise
    except PublishError as error:
        raise error.at(without_user(place)) from None
