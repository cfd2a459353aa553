"""The command by which the Pants backend publishes packages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing

from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import (
    PackageToPublish,
    PublishAnswer,
    PublishedPackage,
    PublishEvent,
    PublishRequest,
)
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.outcome import published
from xpkg_tool.publish.publish import Write
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import registry_key, settings_by_registry
from xpkg_tool.publish.several import PackageOutcome, PackageWrites, Watcher, publish_several
from xpkg_tool.sandbox.publish_events import EventFile


def publish_packages(request: PublishRequest) -> PublishAnswer:
    """Publishes packages as they were planned. What goes wrong is in the answer."""
    # Archives are in the sandbox, and all else in `directory`.
    packages = [_writes(package) for package in request.packages]
    os.chdir(request.directory)
    at_once = max(1, min(request.connections, len(packages)))
    registries = Registries(
        os.environ,
        settings_by_registry(request.registries),
        connections=request.connections // at_once,
    )
    with closing(registries), closing(EventFile(request.events)) as events:
        watcher = _Telling(request.packages, events)
        outcomes = publish_several(packages, registries, at_once, watcher)
    return PublishAnswer(tuple(map(_published, request.packages, outcomes)))


class _Telling(Watcher):
    """Adds what happens to the file of events."""

    def __init__(self, packages: Sequence[PackageToPublish], events: EventFile) -> None:
        self._packages, self._events = packages, events

    def begin(self, number: int) -> None:
        self._events.add(PublishEvent(self._packages[number].name))

    def end(self, number: int, outcome: PackageOutcome) -> None:
        package = self._packages[number]
        self._events.add(PublishEvent(package.name, _published(package, outcome)))


def _writes(package: PackageToPublish) -> PackageWrites:
    writes = (
        Write(parse(planned.reference), planned.remote, planned.action == Action.TAG_ONLY)
        for planned in package.references
    )
    return PackageWrites(
        package.name,
        os.path.abspath(package.archive),
        package.digest,
        # Two references may name the same place.
        tuple({write.place: write for write in writes}.values()),
        {registry_key(name): there for name, there in package.mount_from.items()},
        package.after,
    )


def _published(package: PackageToPublish, outcome: PackageOutcome) -> PublishedPackage:
    if outcome.failed:
        return PublishedPackage(package.name, failed=outcome.failed)
    references = (
        published(text, package.digest, outcome.outcomes[parse(text)])
        for text in (planned.reference for planned in package.references)
    )
    return PublishedPackage(package.name, tuple(references))
