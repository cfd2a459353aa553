"""Copies a published package elsewhere, unchanged: `xpkg copy`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.inspection.source import open_source
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.read.artifact_reader import read_archive_artifact, read_layout_artifact
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.destination import Destination, read_destination
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.progress import SILENT, Progress
from xpkg_tool.publish.push import push_artifact
from xpkg_tool.publish.registries import CONNECTIONS, Connect, Registries
from xpkg_tool.publish.settings import RegistrySettings


def copy(
    source: str,
    destination: str | Destination,
    *,
    env: Mapping[str, str] | None = None,
    source_settings: Mapping[str, RegistrySettings] | None = None,
    settings: Mapping[str, RegistrySettings] | None = None,
    connections: int = CONNECTIONS,
    connect: Connect | None = None,
    progress: Progress = SILENT,
) -> Outcome:
    """Copies the package that `source` names (as for inspection.source.opened) to the reference
    `destination`: its manifests byte for byte, an index with all its images, so that digests and
    annotations stay the same. Blobs are streamed from one to the other and verified on the way;
    within one registry they are mounted. The tag follows the rules of publishing. Errors of the
    environment are returned, not raised.

    `requests` of the result counts those to both. `env`, `settings`, `connect` and `progress` are
    as for push.push."""
    env = os.environ if env is None else env
    if isinstance(destination, str):
        destination = read_destination(destination)
    with (
        closing(
            Registries(env, source_settings, connections=connections, reading=True, connect=connect)
        ) as sources,
        closing(
            Registries(env, settings, connections=connections, connect=connect, progress=progress)
        ) as registries,
    ):
        try:
            artifact, origin = _opened(source, sources)
        except PublishError as error:
            return error.at(source)
        mount_from = {} if origin is None else {origin.registry: [origin.repository]}
        (outcome,) = push_artifact(artifact, [destination], registries, mount_from)
        if isinstance(outcome, PushResult):
            return outcome.with_requests(sources.requests)
        return outcome


def _opened(source: str, registries: Registries) -> tuple[Artifact, Reference | None]:
    """The artifact that `source` names, and its reference if it is in a registry."""

    def pulled(reference: Reference) -> tuple[Artifact, Reference | None]:
        from xpkg_tool.registry.pull import pull_artifact

        return pull_artifact(reference, registries.connection(reference.registry)), reference

    return open_source(
        source,
        lambda folder, name: (read_layout_artifact(folder, name), None),
        lambda path: (read_archive_artifact(path), None),
        pulled,
    )
