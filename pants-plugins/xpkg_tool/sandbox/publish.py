"""The command by which the Pants backend publishes a package."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Sequence

from xpkg_tool.diagnostics.errors import ARCHIVE, PublishError, internal_error, publish_error
from xpkg_tool.messages import Action, PublishAnswer, PublishRequest
from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.outcome import Outcome, published
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import registry_key, settings_by_registry


def publish_package(request: PublishRequest) -> PublishAnswer:
    """Publishes a package as it was planned. What goes wrong is in the answer."""
    archive = os.path.abspath(request.archive)
    os.chdir(request.directory)
    try:
        outcomes = _publish(_opened(archive, request.digest), request)
    except PublishError as error:
        outcomes = [error] * len(request.references)
    # Whatever happens, the package's dependents must know that it was not published.
    except Exception as error:
        outcomes = [internal_error(error)] * len(request.references)
    return PublishAnswer(
        tuple(
            published(planned.reference, request.digest, outcome)
            for planned, outcome in zip(request.references, outcomes)
        )
    )


def _opened(archive: str, digest: str) -> Artifact:
    artifact = artifact_of([open_archive(archive)])
    if artifact.digest != digest:
        raise publish_error(
            ARCHIVE,
            f"The built package has the digest {artifact.digest}, but the planned one had {digest}",
            "Publish again: its sources may have changed in the meantime.",
        )
    return artifact


def _publish(artifact: Artifact, request: PublishRequest) -> Sequence[Outcome]:
    places = [parse(planned.reference) for planned in request.references]
    writes = {
        place: Write(place, planned.remote, planned.action == Action.TAG_ONLY)
        for place, planned in zip(places, request.references)
    }
    registries = Registries(
        os.environ,
        settings_by_registry(request.registries),
        connections=request.connections,
    )
    with closing(registries):
        hints = {registry_key(name): there for name, there in request.mount_from.items()}
        outcomes = publish(artifact, list(writes.values()), registries, hints)
    return [outcomes[place] for place in places]
