"""Sends an artifact into one repository: blobs, the manifests by digest, a tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xpkg_tool.diagnostics.errors import REGISTRY, publish_error
from xpkg_tool.messages import Action
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.manifests import Descriptor
from xpkg_tool.oci.reference import Reference
from xpkg_tool.process.threads import in_parallel
from xpkg_tool.publish.decision import moved
from xpkg_tool.publish.outcome import PushResult
from xpkg_tool.publish.progress import SILENT, Transfer, Watched
from xpkg_tool.publish.registries import MOST_SOURCES
from xpkg_tool.registry.repository import BlobUnknown, Repository

# In bytes. For a larger blob it is worth asking each repository that may have it.
_LARGE = 1024 * 1024

_SENT, _SKIPPED, _MOUNTED = "sent", "skipped", "mounted"


@dataclass(frozen=True)
class Sent:
    """How an artifact's blobs were transferred; manifests count as bytes sent."""

    bytes_sent: int = 0
    bytes_skipped: int = 0
    blobs_sent: int = 0
    blobs_skipped: int = 0
    blobs_mounted: int = 0

    def result(self, reference: str, digest: str, action: Action) -> PushResult:
        return PushResult(
            reference,
            digest,
            action,
            self.bytes_sent,
            self.blobs_sent,
            self.blobs_skipped,
            blobs_mounted=self.blobs_mounted,
            bytes_skipped=self.bytes_skipped,
        )


def nothing_sent(artifact: Artifact) -> Sent:
    """The result for a repository that already has everything."""
    return Sent(
        bytes_skipped=sum(blob.size for blob in artifact.blobs), blobs_skipped=len(artifact.blobs)
    )


def send(
    artifact: Artifact,
    repository: Repository,
    connections: int,
    complete: Sequence[str] = (),
    hints: Sequence[str] = (),
    transfer: Transfer = SILENT,
) -> Sent:
    """Sends missing blobs, `connections` at once; then the manifests by digest, the artifact's own
    last. Blobs are mounted from the repositories `complete`, which have all of them, or `hints`,
    which may have them. Raises PublishError."""
    source = Watched(artifact, transfer)

    def one(blob: Descriptor) -> str:
        became = become(blob)
        transfer.at(blob.digest, blob.size)
        return became

    def become(blob: Descriptor) -> str:
        if not complete and repository.has_blob(blob.digest):
            return _SKIPPED
        sources = complete[:1] or hints[: MOST_SOURCES if blob.size >= _LARGE else 1]
        mounted = repository.upload_blob(source, blob, mount_from=sources)
        return _MOUNTED if mounted else _SENT

    became = in_parallel(one, artifact.blobs, connections)
    try:
        _put_manifests(artifact, repository)
    except BlobUnknown:
        became = _send_again(artifact, repository, connections)
        _put_manifests(artifact, repository)
    return _count(artifact, became)


def put_tag(
    artifact: Artifact,
    place: Reference,
    repository: Repository,
    connections: int,
    sent: Sent,
    *,
    may_move: bool,
) -> Sent:
    """Puts the tag of `place` and reads it back. Returns what was sent in the end: `sent`, or
    everything if the repository had lost something. Unless the tag `may_move`, it is checked just
    before it is put, and left alone if it has changed. Raises PublishError."""

    def put() -> str | None:
        if not may_move:
            return repository.put_new_tag(place.tag, artifact)
        repository.put_manifest(place.tag, artifact)
        return None

    try:
        there = put()
    except BlobUnknown:
        became = _send_again(artifact, repository, connections)
        _put_manifests(artifact, repository)
        sent = _count(artifact, became)
        there = put()
    if there == artifact.digest:
        # Someone else published the same package in the meantime.
        return sent
    if there is not None:
        raise moved(place, artifact.digest, there)
    now = repository.manifest_digest(place.tag, confirm=True)
    if now != artifact.digest:
        found = f"names {now}" if now else "does not exist"
        raise publish_error(
            REGISTRY,
            f"THE TAG IS NOT WHAT WAS PUBLISHED: {place.tag} was pushed with {artifact.digest}, "
            f"but when read back, it {found}",
            "Someone else publishes under this tag, or a proxy answers for the registry. Find out "
            "which, and which digest is right, then publish again.",
            path=str(place),
        )
    return sent


def _put_manifests(artifact: Artifact, repository: Repository) -> None:
    for manifest in artifact.manifests:
        repository.put_manifest(manifest.digest, manifest)


def _send_again(artifact: Artifact, repository: Repository, connections: int) -> list[str]:
    """Sends all blobs without checking whether they exist: the registry lost one, or claimed to
    have it too early. Checking again would give the same answer, because registries cache it."""

    def one(blob: Descriptor) -> str:
        repository.upload_blob(artifact, blob)
        return _SENT

    return in_parallel(one, artifact.blobs, connections)


def _count(artifact: Artifact, became: Sequence[str]) -> Sent:
    """`became` is how each blob was transferred, in their order."""
    counted = Sent(bytes_sent=sum(len(m.manifest) for m in artifact.manifests))
    for blob, what in zip(artifact.blobs, became):
        if what == _SENT:
            counted = replace(
                counted,
                bytes_sent=counted.bytes_sent + blob.size,
                blobs_sent=counted.blobs_sent + 1,
            )
        else:
            mounted = what == _MOUNTED
            counted = replace(
                counted,
                bytes_skipped=counted.bytes_skipped + blob.size,
                blobs_skipped=counted.blobs_skipped + (not mounted),
                blobs_mounted=counted.blobs_mounted + mounted,
            )
    return counted
