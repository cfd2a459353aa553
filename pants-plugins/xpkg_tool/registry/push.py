"""Publishes a package: what goes where, in which order, and what came of it.

Order within a repository: blobs, the manifest by its digest, tags last. So a tag never points to an
image that is not complete, wherever a run was broken off; running again sends only what is missing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable, Union

from xpkg_tool.oci.archive_reader import open_archive
from xpkg_tool.oci.docker_archive import pushed_manifest
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage
from xpkg_tool.publish_error import REFERENCE, PublishError, publish_error

from .reference import Reference, parse

# requests and oras take 0.2 seconds to import, which a package that goes into a directory, or
# whose reference is wrong, need not wait for.
if TYPE_CHECKING:
    from .connection import Connection, Repository

PUSHED = "pushed"
TAGGED = "tagged"
UP_TO_DATE = "up to date"


@dataclass(frozen=True)
class PushResult:
    """What became of one reference.

    `action`: `pushed` (its blobs and manifest were sent or found there, and the tag put), `tagged`
    (this run already had the manifest in that repository) or `up to date` (nothing was written).
    `bytes_sent` counts blobs and manifests that were accepted; `requests` all that were made for
    this reference, including those that failed and those for tokens."""

    reference: str
    digest: str
    action: str
    bytes_sent: int = 0
    blobs_sent: int = 0
    blobs_skipped: int = 0
    requests: int = 0


Outcome = Union[PushResult, PublishError]
Connect = Callable[[str], "Connection"]


def push(
    archive_path: str,
    references: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    insecure: Collection[str] = (),
    connect: Connect | None = None,
) -> tuple[Outcome, ...]:
    """Publishes the package in the file `archive_path` under each of `references`.

    One outcome for each reference, in their order; nothing is raised for what can go wrong outside.
    Nothing is sent at all while a reference cannot be read. `insecure` names the registries
    (`host[:port]`) that are spoken to in plain http; `env` (os.environ) is where credentials and
    helpers are looked up. `connect` makes the connection to a registry (for tests)."""
    parsed = [_parsed(text) for text in references]
    good = [reference for reference in parsed if isinstance(reference, Reference)]
    if len(good) < len(parsed):
        left_out = publish_error(
            REFERENCE, "Not published, because of another reference", "Correct that one first."
        )
        return tuple(left_out.at(str(r)) if isinstance(r, Reference) else r for r in parsed)
    try:
        archive = _opened(archive_path)
    except PublishError as error:
        return tuple(error for _ in references)
    if connect is None:
        connect = _connector(os.environ if env is None else env, insecure)
    outcomes: dict[Reference, Outcome] = {}
    for registry in dict.fromkeys(reference.registry for reference in good):
        group = [reference for reference in dict.fromkeys(good) if reference.registry == registry]
        if group[0].is_layout:
            outcomes.update(_push_to_layout(archive, group))
        else:
            outcomes.update(_push_to_registry(archive, group, connect))
    return tuple(outcomes[reference] for reference in good)


def format_result(result: PushResult) -> str:
    """One line: what was done, the reference, its digest, and what it took."""
    details = []
    if result.action != UP_TO_DATE:
        details.append(f"{result.blobs_sent} blobs sent ({result.bytes_sent} bytes)")
        details.append(f"{result.blobs_skipped} there already")
    if result.requests:
        details.append("1 request" if result.requests == 1 else f"{result.requests} requests")
    tail = f" ({', '.join(details)})" if details else ""
    return f"{result.action}: {result.reference} {result.digest}{tail}"


def _opened(path: str) -> StoredImage:
    """The package in the file. One that has no manifest gets that of Crossplane's own push; raises
    PublishError where nobody knows what that is."""
    archive = open_archive(path)
    if archive.form == DOCKER_ARCHIVE:
        pushed_manifest(archive)
    return archive


def _parsed(text: str) -> Reference | PublishError:
    try:
        return parse(text)
    except PublishError as error:
        return error


def _connector(env: Mapping[str, str], insecure: Collection[str]) -> Connect:
    def connect(registry: str) -> Connection:
        from .connection import connect as connect_to

        return connect_to(registry, env, insecure=registry in insecure)

    return connect


def _wrong_digest(archive: StoredImage, reference: Reference) -> PublishError | None:
    if reference.digest in ("", archive.digest):
        return None
    return publish_error(
        REFERENCE,
        f"The package's digest is {archive.digest}, not the one of the reference",
        "Leave the digest out of the reference, or publish the package that has it.",
        path=str(reference),
    )


def _push_to_layout(archive: StoredImage, group: Sequence[Reference]) -> dict[Reference, Outcome]:
    """One outcome per reference; one change of the index for all of them."""
    from .layout import publish

    outcomes: dict[Reference, Outcome] = {}
    for reference in group:
        wrong = _wrong_digest(archive, reference)
        if wrong:
            outcomes[reference] = wrong
    names = {r: f"{r.repository}:{r.tag}" for r in group if r not in outcomes}
    if not names:
        return outcomes
    try:
        result = publish(archive, group[0].layout_directory, list(names.values()))
    except PublishError as error:
        return {**outcomes, **{reference: error.at(str(reference)) for reference in names}}
    # Blobs are shared by all references; the first changed one is said to have brought them.
    first = True
    for reference, name in names.items():
        if name not in result.changed and not (first and result.blobs_sent):
            outcomes[reference] = PushResult(str(reference), archive.digest, UP_TO_DATE)
        elif first:
            outcomes[reference] = PushResult(
                str(reference),
                archive.digest,
                PUSHED,
                result.bytes_sent,
                result.blobs_sent,
                result.blobs_skipped,
            )
            first = False
        else:
            outcomes[reference] = PushResult(str(reference), archive.digest, TAGGED)
    return outcomes


def _push_to_registry(
    archive: StoredImage, group: Sequence[Reference], connect: Connect
) -> dict[Reference, Outcome]:
    outcomes: dict[Reference, Outcome] = {}
    connection = connect(group[0].registry)
    try:
        for name in dict.fromkeys(reference.repository for reference in group):
            repository = connection.repository(name)
            # What is up to date shows that the manifest is there; then the others need only tags.
            complete = False
            for reference in (r for r in group if r.repository == name):
                before = connection.requests
                try:
                    outcome = _push_one(archive, reference, repository, complete)
                except PublishError as error:
                    outcomes[reference] = error.at(str(reference))
                    continue
                complete = True
                outcomes[reference] = replace(outcome, requests=connection.requests - before)
    finally:
        connection.close()
    return outcomes


def _push_one(
    archive: StoredImage, reference: Reference, repository: Repository, complete: bool
) -> PushResult:
    wrong = _wrong_digest(archive, reference)
    if wrong:
        raise wrong
    name, digest = str(reference), archive.digest
    if repository.manifest_digest(reference.tag or digest) == digest:
        return PushResult(name, digest, UP_TO_DATE)
    if complete:
        repository.put_manifest(reference.tag, archive)
        return PushResult(name, digest, TAGGED, blobs_skipped=len(archive.blobs))
    sent = _send(archive, repository)
    if reference.tag:
        repository.put_manifest(reference.tag, archive)
    return PushResult(
        name,
        digest,
        PUSHED,
        bytes_sent=sum(sent) + len(archive.manifest),
        blobs_sent=len(sent),
        blobs_skipped=len(archive.blobs) - len(sent),
    )


def _send(archive: StoredImage, repository: Repository) -> list[int]:
    """Blobs that are missing, then the manifest by its digest; the sizes of the blobs sent."""
    from .connection import BlobUnknown

    sent = {}
    for blob in archive.blobs:
        if not repository.has_blob(blob.digest):
            repository.upload_blob(archive, blob)
            sent[blob.digest] = blob.size
    try:
        repository.put_manifest(archive.digest, archive)
    except BlobUnknown:
        # It lost a blob, or said too early that it has it. Asking again would give the same answer
        # (registries cache it), so all are sent.
        for blob in archive.blobs:
            repository.upload_blob(archive, blob)
            sent[blob.digest] = blob.size
        repository.put_manifest(archive.digest, archive)
    return list(sent.values())
