"""Carries out the plan: writes everything in order, and reports the results.

The order within a repository is blobs, manifests by digest, the index, and tags last. So a tag
never points to an incomplete image, wherever a run was interrupted; running it again sends only
what is missing. The plan has looked up the tags. The API of a registry cannot put a tag on the
condition that it has not changed, so the tag of a release is checked again just before it is put,
and every tag is read back afterwards (docs/publishing.md says what that guarantees)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.messages.plan import Action
from xpkg_tool.messages.publish import Transfer
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.decision import moved, wrong_digest
from xpkg_tool.publish.outcome import Outcome, PushResult
from xpkg_tool.publish.registries import Registries


@dataclass(frozen=True)
class Write:
    """A reference to write: `remote` is the digest that it had when that was decided, or None;
    `tag_only` says that the repository is known to have the manifest."""

    place: Reference
    remote: str | None = None
    tag_only: bool = False


def publish(
    artifact: Artifact,
    writes: Sequence[Write],
    registries: Registries,
    mount_from: Mapping[str, Sequence[str]] | None = None,
) -> dict[Reference, Outcome]:
    """Publishes `artifact` under each of `writes` and returns an outcome for each. Errors of the
    environment are returned, not raised. `mount_from` names, by registry, repositories that may
    have blobs of the artifact."""
    wrong = {write.place: wrong_digest(write.place, artifact.digest) for write in writes}
    outcomes: dict[Reference, Outcome] = {place: error for place, error in wrong.items() if error}
    good = [write for write in writes if write.place not in outcomes]
    registries.announce([write.place for write in good], mount_from)
    for registry in dict.fromkeys(write.place.registry for write in good):
        group = [write for write in good if write.place.registry == registry]
        sources = (mount_from or {}).get(registry, ())
        try:
            if group[0].place.is_layout:
                outcomes.update(_to_layout(artifact, group))
            else:
                outcomes.update(_to_registry(artifact, group, registries, sources))
        # A failure with one registry must not affect the others.
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
    # What this run has sent to one repository can be mounted into another one.
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
    # This needs requests and oras, which are imported only when something is sent (registries.py).
    from xpkg_tool.publish.send import nothing_sent, put_tag, send

    connection = registries.connection(writes[0].place.registry)
    settings = registries.settings(writes[0].place.registry)
    repository = connection.repository(name)
    outcomes: dict[Reference, Outcome] = {}
    # None: not sent yet. An error applies to all references in the repository.
    content: Transfer | PublishError | None = None
    for write in writes:
        start, before = time.monotonic(), repository.transport.requests
        action, sent = Action.TAGGED, nothing_sent(artifact)
        try:
            if isinstance(content, PublishError):
                raise content
            if content is None and not write.tag_only:
                size = sum(blob.size for blob in artifact.blobs)
                sending = registries.progress.begin(str(write.place), size)
                try:
                    content = send(
                        artifact, repository, registries.connections, complete, hints, sending
                    )
                except PublishError as error:
                    content = error
                    raise
                finally:
                    sending.end()
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
        transfer = sent._replace(
            requests=repository.transport.requests - before, seconds=time.monotonic() - start
        )
        outcomes[write.place] = PushResult(str(write.place), artifact.digest, action, transfer)
    return outcomes


def _to_layout(artifact: Artifact, group: Sequence[Write]) -> dict[Reference, Outcome]:
    """Writes to a layout directory, updating its index once for all references."""
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
    # All references share the blobs; they are counted for the first one that changed.
    first = True
    for place, name in names.items():
        if name in result.moved:
            outcomes[place] = moved(place, artifact.digest, result.moved[name])
        elif name not in result.changed and not (first and result.transfer.blobs_sent):
            outcomes[place] = PushResult(str(place), artifact.digest, Action.UP_TO_DATE)
        elif first:
            transfer = result.transfer._replace(seconds=time.monotonic() - start)
            outcomes[place] = PushResult(str(place), artifact.digest, Action.PUSHED, transfer)
            first = False
        else:
            outcomes[place] = PushResult(str(place), artifact.digest, Action.TAGGED)
    return outcomes
