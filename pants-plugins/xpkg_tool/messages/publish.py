"""Publishing as planned: `publish`."""

from collections.abc import Mapping
from typing import NamedTuple, Optional

from xpkg_tool.messages.plan import Action, PlannedReference
from xpkg_tool.messages.registry import RegistryOptions


class PackageToPublish(NamedTuple):
    """A package to publish from the file `archive` as it was planned. `mount_from` has, by
    registry, repositories that may hold the same blobs. `after` are the numbers, in the request, of
    earlier packages that have to be published first."""

    name: str
    digest: str
    archive: str
    references: tuple[PlannedReference, ...]
    mount_from: Mapping[str, tuple[str, ...]] = {}
    after: tuple[int, ...] = ()


class PublishRequest(NamedTuple):
    """Publishes packages; the other fields are as in PlanRequest. To the file `events` (an absolute
    path, "" for none), a PublishEvent is added as one line each time something has happened."""

    directory: str
    connections: int
    registries: Mapping[str, RegistryOptions]
    packages: tuple[PackageToPublish, ...]
    events: str = ""


class Transfer(NamedTuple):
    """What publishing under one reference took, in bytes, blobs, requests and seconds.

    Manifests count as sent; mounted blobs, which came from another repository of the registry,
    count as bytes that were skipped."""

    bytes_sent: int = 0
    bytes_skipped: int = 0
    blobs_sent: int = 0
    blobs_skipped: int = 0
    blobs_mounted: int = 0
    requests: int = 0
    seconds: float = 0.0


class PublishedReference(NamedTuple):
    """What became of one reference. `message` and `error` are as in PlannedReference."""

    reference: str
    digest: str
    action: Action
    transfer: Transfer
    message: str = ""
    error: str = ""


class PublishedPackage(NamedTuple):
    """What became of a package: its references in the order of the request; none where nothing was
    written because the packages `failed`, on which it depends, directly or not, were not
    published."""

    name: str
    references: tuple[PublishedReference, ...] = ()
    failed: tuple[str, ...] = ()


_Done = Optional[PublishedPackage]


class PublishEvent(NamedTuple):
    """The package `name` is about to be sent; or, with `published`, it is done."""

    name: str
    published: _Done = None


class PublishAnswer(NamedTuple):
    """The packages in the order of the request."""

    packages: tuple[PublishedPackage, ...]
