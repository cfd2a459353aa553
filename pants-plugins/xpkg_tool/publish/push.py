"""Plans and publishes a package in one process: `xpkg push`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing

from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error
from xpkg_tool.messages.plan import Action
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.read.artifact_reader import read_files
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.decision import Decision
from xpkg_tool.publish.destination import Destination, read_destination
from xpkg_tool.publish.outcome import Outcome, PushResult, format_result
from xpkg_tool.publish.plan import Package, plan
from xpkg_tool.publish.progress import SILENT, Progress
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import CONNECTIONS, Connect, Registries
from xpkg_tool.publish.settings import RegistrySettings

__all__ = ["Outcome", "PushResult", "format_result", "push", "push_artifact"]


def push(
    archive_path: str | Sequence[str],
    references: Sequence[str | Destination],
    *,
    env: Mapping[str, str] | None = None,
    settings: Mapping[str, RegistrySettings] | None = None,
    connections: int = CONNECTIONS,
    connect: Connect | None = None,
    progress: Progress = SILENT,
) -> tuple[Outcome, ...]:
    """Publishes the package in the file `archive_path`, or the index of several such files (one
    per platform), under each of `references`, which are texts or were read already.

    Returns an outcome for each reference, in their order. Errors of the environment are returned,
    not raised. Nothing is written if any reference is invalid, cannot be looked up, or is a release
    that exists with another digest. `env` (default: os.environ) is where credentials and helpers
    are looked up, `settings` are those of registries (`host[:port]` or `oci-layout:DIRECTORY`),
    `connect` opens the connection to a registry (for tests), and `progress` is told what is sent.
    """
    try:
        artifact = read_files([archive_path] if isinstance(archive_path, str) else archive_path)
    except PublishError as error:
        return tuple(error for _ in references)
    registries = Registries(
        os.environ if env is None else env,
        settings,
        connections=connections,
        connect=connect,
        progress=progress,
    )
    with closing(registries):
        return push_artifact(
            artifact,
            [r if isinstance(r, Destination) else read_destination(r) for r in references],
            registries,
        )


def push_artifact(
    artifact: Artifact,
    destinations: Sequence[Destination],
    registries: Registries,
    mount_from: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Outcome, ...]:
    """The same for an open artifact, with open connections. `mount_from` is as for
    `publish.publish`."""
    # Of the others the plan says what is wrong.
    readable = [d.place for d in destinations if isinstance(d.place, Reference)]
    registries.announce(readable, mount_from)
    (planned,) = plan([Package("", artifact.digest, tuple(destinations))], registries)
    if planned.error:
        return tuple(_left_out(reference) for reference in planned.references)
    look_ups = registries.requests
    writes = {
        r.place: Write(r.place, r.remote, r.action == Action.TAG_ONLY)
        for r in planned.references
        if r.place and r.action != Action.UP_TO_DATE
    }
    outcomes = publish(artifact, list(writes.values()), registries, mount_from)
    results: list[Outcome] = [
        outcomes[r.place]
        if r.place in writes
        else PushResult(str(r.place), artifact.digest, Action.UP_TO_DATE)
        for r in planned.references
        if r.place
    ]
    for number, result in enumerate(results):
        # All were looked up together; those requests are counted for the first success.
        if isinstance(result, PushResult):
            results[number] = result.with_requests(look_ups)
            break
    return tuple(results)


def _left_out(reference: Decision) -> PublishError:
    return reference.error or publish_error(
        REFERENCE,
        "Not published because of an error in another reference",
        "Fix that one first.",
        path=reference.reference,
    )
