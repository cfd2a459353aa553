"""Writing one package to the fake registry."""

from __future__ import annotations

from pathlib import Path

from tests.xpkg_tool.archives import HYBRID
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.oci.artifact import Artifact, artifact_of
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import parse
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import Registries

OTHER = f"sha256:{'0' * 64}"


def opened(path: Path = HYBRID) -> Artifact:
    return artifact_of([open_archive(str(path))])


def written(
    pusher: Pusher,
    *references: str,
    artifact: Artifact | None = None,
    mount_from: tuple[str, ...] = (),
    connections: int = 1,
) -> list[Outcome]:
    places = [parse(reference) for reference in references]
    registries = Registries(pusher.env, connections=connections, connect=pusher.connect)
    try:
        outcomes = publish(
            artifact or opened(),
            [Write(place) for place in places],
            registries,
            {place.registry: mount_from for place in places},
        )
    finally:
        registries.close()
    return [outcomes[place] for place in places]


def good(outcome: Outcome) -> PushResult:
    assert isinstance(outcome, PushResult), str(outcome)
    return outcome
