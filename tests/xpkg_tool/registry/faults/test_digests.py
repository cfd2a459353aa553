"""Digests that do not fit, that are missing, and registries that know no HEAD."""

from __future__ import annotations

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.oci.read.archive_reader import open_archive

BLOBS = open_archive(str(HYBRID)).blobs
OTHER = f"sha256:{'0' * 64}"


@pytest.mark.parametrize("wrong", [OTHER, "canary", HYBRID_DIGEST.upper(), HYBRID_DIGEST[:-1]])
@pytest.mark.parametrize("path", ["uploads", "manifests/sha256:", "manifests/v1$"])
def test_another_digest_in_the_header(pusher: Pusher, path: str, wrong: str) -> None:
    change = {"Docker-Content-Digest": wrong}
    with running("", Fault("PUT", path, change=change)) as registry:
        assert "stored different bytes than were sent" in error(pusher, registry)
        if "v1" not in path:
            assert registry.tag("a/b", "v1") is None


def test_an_unusable_digest_of_a_tag_is_computed(pusher: Pusher) -> None:
    for wrong in (None, "", "canary", "sha256:0", f"md5:{'0' * 32}", HYBRID_DIGEST.upper()):
        change = {"Docker-Content-Digest": wrong}
        with running("", Fault("HEAD", "manifests", nth=0, change=change)) as registry:
            assert result(pusher, registry).action == "pushed"
            assert result(pusher, registry).action == "up to date"
            assert registry.count("GET", "manifests")


def test_no_digest_in_any_answer(pusher: Pusher) -> None:
    """Harbor, crossplane#3222."""
    change = {"Docker-Content-Digest": None}
    with running("", Fault("", "", nth=0, change=change)) as registry:
        assert result(pusher, registry).action == "pushed"
        assert result(pusher, registry).action == "up to date"


def test_the_bytes_count_not_the_header(pusher: Pusher) -> None:
    """Where the manifest itself is read, what the header says of it is not asked."""
    head = Fault("HEAD", "manifests", nth=0, status=405)
    lie = Fault("GET", "manifests", nth=0, change={"Docker-Content-Digest": OTHER})
    with running("", head, lie) as registry:
        assert result(pusher, registry).action == "pushed"
        assert result(pusher, registry).action == "up to date"


@pytest.mark.parametrize("status", [405, 501])
@pytest.mark.parametrize("path", ["manifests", "blobs", ""])
def test_no_head(pusher: Pusher, path: str, status: int) -> None:
    with running("", Fault("HEAD", path, nth=0, status=status)) as registry:
        assert result(pusher, registry).action == "pushed"
        assert all(blob.digest in registry.blobs for blob in BLOBS)
        assert result(pusher, registry).action == "up to date"


def test_not_found_by_head_nor_get(pusher: Pusher) -> None:
    """What is not there is published, however the registry says that it is not."""
    faults = (Fault("HEAD", "manifests", status=405), Fault("GET", "manifests", status=404))
    with running("", *faults) as registry:
        assert result(pusher, registry).action == "pushed"


def test_head_finds_no_manifest(pusher: Pusher) -> None:
    """After it was put, GET is asked; running again sends nothing but the manifest, the same."""
    with running("", Fault("HEAD", "manifests", nth=0, status=404)) as registry:
        assert result(pusher, registry).action == "pushed"
        registry.seen.clear()
        assert result(pusher, registry).transfer.blobs_sent == 0
        assert registry.count("POST") == 0
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
