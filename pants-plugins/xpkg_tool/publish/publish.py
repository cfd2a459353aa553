"""Writes what the plan decided: in which order, and what came of it.

Order within a repository: blobs, manifests by digest, the index, tags last. So a tag never points
to an image that is not complete, wherever a run was broken off; running again sends only what is
missing. The tag was looked up by the plan. A registry has no way to put a tag only where nobody
else did meanwhile, so the tag of a release is looked at again just before it is put, and every tag
is read again after that (docs/publishing.md says what that promises)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.messages import Action
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.decision import moved, wrong_digest
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.registries import Registries

# What needs requests and oras is imported where something is sent (registries.py).
if TYPE_CHECKING:
    from xpkg_tool.publish.send import Sent


@dataclass(frozen=True)
class Write:
    """A reference that is to be written: what was there when that was decided (None for nothing),
    and whether the repository is known to have the manifest."""

    place: Reference
    remote: str | None = None
    tag_only: bool = False


def publish(
    artifact: Artifact,
    writes: Sequence[Write],
    registries: Registries,
    mount_from: Mapping[str, Sequence[str]] | None = None,
) -> dict[Reference, Outcome]:
    """Publishes `artifact` under each of `writes`; one outcome for each, and nothing is raised for
    what can go wrong outside. `mount_from` names, by registry, repositories that may hold blobs of
    the artifact."""
    outcomes: dict[Reference, Outcome] = {}
    good = []
    for write in writes:
        wrong = wrong_digest(write.place, artifact.digest)
        if wrong:
            outcomes[write.place] = wrong
        else:
            good.append(write)
    registries.announce([write.place for write in good], mount_from)
    for registry in dict.fromkeys(write.place.registry for write in good):
        group = [write for write in good if write.place.registry == registry]
        sources = (mount_from or {}).get(registry, ())
        try:
            if group[0].place.is_layout:
                outcomes.update(_to_layout(artifact, group))
            else:
                outcomes.update(_to_registry(artifact, group, registries, sources))
        # What one registry does must not fail what goes to another one.
        except Exception as error:
            failure = internal_error(error)
            outcomes.update({write.place: failure.at(str(write.place)) for write in group})
    return outcomes


def _to_registry(
    artifact: Artifact, group: Sequence[Write], registries: Registries, sources: Sequence[str]
) -> dict[Reference, Outcome]:
    outcomes: dict[Reference, Outcome] = {}
    repositories = list(dict.fromkeys(write.place.repository for write in group))
    try:
        registries.connection(group[0].place.registry)
    except PublishError as error:
        return {write.place: error.at(str(write.place)) for write in group}
    # What this run has sent to one repository, another one can have without sending it again.
    complete: list[str] = []
    for name in repositories:
        here = [write for write in group if write.place.repository == name]
        hints = [source for source in sources if source not in (name, *complete)]
        found = _to_repository(artifact, name, here, registries, complete, hints)
        outcomes.update(found)
        if any(isinstance(outcome, PushResult) for outcome in found.values()):
            complete.append(name)
    return outcomes


def _to_repository(
    artifact: Artifact,
    name: str,
    writes: Sequence[Write],
    registries: Registries,
    complete: Sequence[str],
    hints: Sequence[str],
) -> dict[Reference, Outcome]:
    from xpkg_tool.publish.send import nothing_sent, put_tag, send

    connection = registries.connection(writes[0].place.registry)
    settings = registries.settings(writes[0].place.registry)
    repository = connection.repository(name)
    outcomes: dict[Reference, Outcome] = {}
    # None: not sent yet. What fails for one reference fails for the others of the repository.
    content: Sent | PublishError | None = None
    for write in writes:
        start, before = time.monotonic(), connection.requests
        action, sent = Action.TAGGED, nothing_sent(artifact)
        try:
            if isinstance(content, PublishError):
                raise content
            if content is None and not write.tag_only:
                size = sum(blob.size for blob in artifact.blobs)
                transfer = registries.progress.begin(str(write.place), size)
                try:
                    content = send(
                        artifact, repository, registries.connections, complete, hints, transfer
                    )
                except PublishError as error:
                    content = error
                    raise
                finally:
                    transfer.end()
                action, sent = Action.PUSHED, content
            if write.place.tag:
                sent = put_tag(
                    artifact,
                    write.place,
                    repository,
                    registries.connections,
                    sent,
                    may_move=settings.may_move(write.place.tag),
                )
        except PublishError as error:
            outcomes[write.place] = error.at(str(write.place))
            continue
        outcomes[write.place] = replace(
            sent.result(str(write.place), artifact.digest, action),
            requests=connection.requests - before,
            seconds=time.monotonic() - start,
        )
    return outcomes


def _to_layout(artifact: Artifact, group: Sequence[Write]) -> dict[Reference, Outcome]:
    """One outcome per reference; one change of the index for all of them."""
    from xpkg_tool.oci.write.layout import publish as publish_to_layout

    start = time.monotonic()
    names = {w.place: f"{w.place.repository}:{w.place.tag}" for w in group}
    expected = {names[w.place]: w.remote for w in group}
    try:
        result = publish_to_layout(
            artifact, group[0].place.layout_directory, list(expected), expected=expected
        )
    except PublishError as error:
        return {place: error.at(str(place)) for place in names}
    outcomes: dict[Reference, Outcome] = {}
    # Blobs are shared by all references; the first changed one is said to have brought them.
    first = True
    for place, name in names.items():
        if name in result.moved:
            outcomes[place] = moved(place, artifact.digest, result.moved[name])
        elif name not in result.changed and not (first and result.blobs_sent):
            outcomes[place] = PushResult(str(place), artifact.digest, Action.UP_TO_DATE)
        elif first:
            outcomes[place] = PushResult(
                str(place),
                artifact.digest,
                Action.PUSHED,
                result.bytes_sent,
                result.blobs_sent,
                result.blobs_skipped,
                bytes_skipped=result.bytes_skipped,
                seconds=time.monotonic() - start,
            )
            first = False
        else:
            outcomes[place] = PushResult(str(place), artifact.digest, Action.TAGGED)
    return outcomes
