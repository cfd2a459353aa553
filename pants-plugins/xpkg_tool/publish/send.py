"""Sends an artifact into one repository: blobs, the manifests by digest, a tag."""

from __future__ import annotations

from collections.abc import Sequence

from xpkg_tool.diagnostics.errors import REGISTRY, publish_error
from xpkg_tool.messages.publish import Transfer
from xpkg_tool.oci.artifact import Artifact
from xpkg_tool.oci.manifests import Descriptor
from xpkg_tool.oci.reference import Reference
from xpkg_tool.process.threads import in_parallel
from xpkg_tool.publish.decision import moved
from xpkg_tool.publish.progress import Sending, Watched
from xpkg_tool.publish.registries import MOST_SOURCES
from xpkg_tool.registry.repository import BlobUnknown, Repository

# In bytes. For a larger blob it is worth asking each repository that may have it.
_LARGE = 1024 * 1024

_SENT, _SKIPPED, _MOUNTED = "sent", "skipped", "mounted"


def nothing_sent(artifact: Artifact) -> Transfer:
    """The result for a repository that already has everything."""
    return Transfer(
        bytes_skipped=sum(blob.size for blob in artifact.blobs), blobs_skipped=len(artifact.blobs)
    )


def send(
    artifact: Artifact,
    repository: Repository,
    connections: int,
    complete: Sequence[str],
    hints: Sequence[str],
    sending: Sending,
) -> Transfer:
    """Sends missing blobs, `connections` at once; then the manifests by digest, the artifact's own
    last. Blobs are mounted from the repositories `complete`, which have all of them, or `hints`,
    which may have them. Raises PublishError."""
    source = Watched(artifact, sending)

    def one(blob: Descriptor) -> str:
        became = become(blob)
        sending.at(blob.digest, blob.size)
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
        return _send_again(artifact, repository, connections)
    return _count(artifact, became)


def put_tag(
    artifact: Artifact,
    place: Reference,
    repository: Repository,
    connections: int,
    sent: Transfer,
    *,
    may_move: bool,
) -> Transfer:
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
        sent = _send_again(artifact, repository, connections)
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


def _send_again(artifact: Artifact, repository: Repository, connections: int) -> Transfer:
    """Sends all blobs without checking whether they exist, and the manifests: the registry lost a
    blob, or claimed to have it too early. Checking again would give the same answer, because
    registries cache it."""
    in_parallel(lambda blob: repository.upload_blob(artifact, blob), artifact.blobs, connections)
    _put_manifests(artifact, repository)
    return _count(artifact, [_SENT] * len(artifact.blobs))


def _count(artifact: Artifact, became: Sequence[str]) -> Transfer:
    """`became` is how each blob was transferred, in their order."""
    sizes: dict[str, list[int]] = {_SENT: [], _SKIPPED: [], _MOUNTED: []}
    for blob, what in zip(artifact.blobs, became):
        sizes[what].append(blob.size)
    return Transfer(
        bytes_sent=sum(len(m.manifest) for m in artifact.manifests) + sum(sizes[_SENT]),
        bytes_skipped=sum(sizes[_SKIPPED]) + sum(sizes[_MOUNTED]),
        blobs_sent=len(sizes[_SENT]),
        blobs_skipped=len(sizes[_SKIPPED]),
        blobs_mounted=len(sizes[_MOUNTED]),
    )
