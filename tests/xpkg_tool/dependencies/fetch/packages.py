"""Packages in the fake registry, and who fetches them."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.xpkg_tool.archives import MANIFEST, sha256
from tests.xpkg_tool.images import OCI_INDEX, Image, index_of, package_layers
from tests.xpkg_tool.registry.fake_registry import CANARY, FakeRegistry
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, Proof
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.publish.registries import Registries
from xpkg_tool.registry.connection import PULL, Connection, connect
from xpkg_tool.registry.http.client import Wire
from xpkg_tool.registry.http.retry import Clock

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64"}


def stream(name: str) -> bytes:
    """The package.yaml of a package with this name."""
    meta = f"apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata:\n  name: {name}\n"
    return f"---\n{meta}---\n".encode()


def image(name: str) -> Image:
    """The image of a package with this name, with examples beside it."""
    return Image(*package_layers(stream(name)))


def put(registry: FakeRegistry, image: Image, repository: str = "a/b", tag: str = "v1") -> str:
    """Puts the image into the registry, and returns its digest."""
    for content in (image.config_bytes, *image.layers):
        registry.blobs[sha256(content)] = content
    for key in (tag, image.digest):
        registry.manifests[repository, key] = (MANIFEST, image.manifest)
    return image.digest


def put_index(
    registry: FakeRegistry, *images: tuple[Image, dict[str, str]], repository: str = "a/b"
) -> str:
    """Puts an index of images, each with its platform, and returns its digest."""
    for one, _ in images:
        put(registry, one, repository, "other")
    index = index_of([(one.manifest, platform) for one, platform in images])
    for key in ("v1", sha256(index)):
        registry.manifests[repository, key] = (OCI_INDEX, index)
    return sha256(index)


def fetched(name: str) -> FetchedPackage:
    """A package with this name as it was fetched, without a registry."""
    return fetched_stream(stream(name))


def fetched_stream(text: bytes) -> FetchedPackage:
    """A package with this package.yaml, as it was fetched."""
    one = Image(*package_layers(text))
    layer = one.layers[0]
    blobs = {one.digest: one.manifest, sha256(layer): layer}
    return FetchedPackage("a.io/b", one.digest, text, {}, Proof(MANIFEST, blobs))


@contextmanager
def registries(pusher: Pusher) -> Iterator[Registries]:
    """The registries of a run, for reading, with the pusher's login and its clock."""

    def connected(registry: str) -> Connection:
        clock = Clock(
            monotonic=lambda: sum(pusher.slept), sleep=pusher.slept.append, jitter=lambda: 0.0
        )
        wire = Wire(connect_timeout=2.0, read_timeout=pusher.read_timeout)
        return connect(
            registry, pusher.env, actions=PULL, policy=pusher.policy, clock=clock, wire=wire
        )

    with closing(Registries(pusher.env, reading=True, connect=connected)) as opened:
        yield opened


def shown(error: PublishError) -> str:
    """The error's message, which holds no secret and has a remedy."""
    everything = "".join(traceback.format_exception(None, error, error.__traceback__))
    assert CANARY not in everything + str(error) + json.dumps(error.finding.to_json())
    assert error.finding.remedy.endswith((".", "`"))
    return error.finding.message
