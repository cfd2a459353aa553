"""Releases stay, races are seen, and what fails leaves the others whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.push import PushResult

BLOBS = open_archive(str(HYBRID)).blobs


def put_other(registry: FakeRegistry, repository: str, tag: str) -> str:
    """Somebody else's image, complete; its digest."""
    manifest = open_archive(str(HYBRID)).manifest.replace(b'{"schema', b'{ "schema', 1)
    for blob in BLOBS:
        registry.blobs.setdefault(blob.digest, b"")
        if blob.digest in registry.owners:
            registry.owners[blob.digest].add(repository)
    registry.manifests[repository, tag] = ("application/json", manifest)
    digest = registry.tag(repository, tag)
    assert digest is not None
    registry.manifests[repository, digest] = registry.manifests[repository, tag]
    return digest


def writes(registry: FakeRegistry) -> list[str]:
    return [f"{s.method} {s.path}" for s in registry.seen if s.method not in ("GET", "HEAD")]


def test_a_release_is_not_moved(pusher: Pusher) -> None:
    with running() as registry:
        there = put_other(registry, "a/b", "v1")
        message = error(pusher, registry)
        assert there in message
        assert HYBRID_DIGEST in message
        assert writes(registry) == []
        assert registry.tag("a/b", "v1") == there


def test_nothing_of_that_package_is_written(pusher: Pusher) -> None:
    """Not under its other references either, not even in another registry."""
    pusher.mutable_tags = ("latest",)
    with running() as registry, running() as other:
        put_other(registry, "a/b", "v1")
        names = [f"{registry.address}/a/b:latest", f"{registry.address}/a/b:v1"]
        outcomes = pusher.push(*names, f"{other.address}/a/b:v1")
        assert all(isinstance(outcome, PublishError) for outcome in outcomes)
        assert writes(registry) == writes(other) == []


@pytest.mark.parametrize("head", [200, 405])
def test_it_is_seen_without_a_head(pusher: Pusher, head: int) -> None:
    """Also where the registry gives no digest, so that it has to be computed."""
    change = {"Docker-Content-Digest": None}
    faults = [Fault("GET", "manifests", nth=0, change=change)]
    if head != 200:
        faults.append(Fault("HEAD", "manifests", nth=0, status=head))
    with running("", *faults) as registry:
        there = put_other(registry, "a/b", "v1")
        assert there in error(pusher, registry)
        assert writes(registry) == []


def test_a_head_that_finds_nothing_is_not_believed(pusher: Pusher) -> None:
    """Nexus behind a proxy: HEAD gives 404, GET gives the manifest."""
    with running("", Fault("HEAD", "manifests", nth=0, status=404)) as registry:
        there = put_other(registry, "a/b", "v1")
        assert there in error(pusher, registry)
        assert writes(registry) == []
        # What is there is found there, too: nothing is sent again.
        first = pusher.push(f"{registry.address}/c:v1")
        again = pusher.push(f"{registry.address}/c:v1")
        assert [o.action for o in (*first, *again) if isinstance(o, PushResult)] == [
            "pushed",
            "up to date",
        ]


def test_a_release_that_comes_to_be_while_blobs_are_sent(pusher: Pusher) -> None:
    """It is looked at again just before it would be moved, by the request that finds it."""
    for head in (200, 404):
        interfere = Fault(
            "PUT", f"manifests/{HYBRID_DIGEST}$", after=lambda r: put_other(r, "a/b", "v1")
        )
        faults = [Fault("HEAD", "manifests", nth=0, status=404)] if head == 404 else []
        with running("", interfere, *faults) as registry:
            message = error(pusher, registry)
            assert "changed after it was looked up" in message
            assert str(registry.tag("a/b", "v1")) in message
            assert registry.tag("a/b", "v1") != HYBRID_DIGEST
            assert "PUT /v2/a/b/manifests/v1" not in writes(registry)


def test_a_second_attempt_looks_again(pusher: Pusher) -> None:
    """The first one failed; until the second, somebody else was here."""
    fault = Fault("PUT", "manifests/v1$", status=503, before=lambda r: put_other(r, "a/b", "v1"))
    with running("", fault) as registry:
        assert "changed after it was looked up" in error(pusher, registry)
        assert pusher.slept == [0.5]
        assert registry.tag("a/b", "v1") != HYBRID_DIGEST


@pytest.mark.parametrize("status", [401, 403, 418, 500, 503])
def test_where_it_cannot_be_told_nothing_is_written(pusher: Pusher, status: int) -> None:
    """Only a 404 says that a tag is free."""
    with running("", Fault("HEAD", "manifests", nth=0, status=status)) as registry:
        put_other(registry, "a/b", "v1")
        error(pusher, registry)
        assert writes(registry) == []


@pytest.mark.parametrize("patterns", [("v1",), ("v*",), ("latest", "v?")])
def test_a_tag_that_is_declared_mutable_moves(pusher: Pusher, patterns: tuple[str, ...]) -> None:
    pusher.mutable_tags = patterns
    with running() as registry:
        put_other(registry, "a/b", "v1")
        assert result(pusher, registry).action == "pushed"
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_a_tag_that_moves_after_it_was_put(pusher: Pusher) -> None:
    """Somebody else puts it between our PUT and the re-read: said loudly, with both digests."""
    fault = Fault("PUT", "manifests/v1$", after=lambda r: put_other(r, "a/b", "v1"))
    with running("", fault) as registry:
        message = error(pusher, registry)
        assert message.startswith("THE TAG IS NOT WHAT WAS PUBLISHED")
        assert HYBRID_DIGEST in message
        assert str(registry.tag("a/b", "v1")) in message


def test_a_tag_that_was_accepted_and_is_not_there(pusher: Pusher) -> None:
    with running("", Fault("PUT", "manifests/v1$", nth=0, lose=True)) as registry:
        message = error(pusher, registry)
        assert message.startswith("THE TAG IS NOT WHAT WAS PUBLISHED")
        assert "it does not exist" in message


def test_a_tag_that_cannot_be_read_again(pusher: Pusher) -> None:
    """Not a success: nobody knows what is there. Running again finds out."""
    with running("", Fault("HEAD", "manifests/v1$", nth=2, status=403)) as registry:
        assert "status 403" in error(pusher, registry)
        assert result(pusher, registry).action == "up to date"


def test_the_other_tag_is_reported_too(pusher: Pusher) -> None:
    fault = Fault("PUT", "manifests/v1$", after=lambda r: put_other(r, "a/b", "v1"))
    with running("", fault) as registry:
        first, second = pusher.push(f"{registry.address}/a/b:v1", f"{registry.address}/a/b:v2")
        assert isinstance(first, PublishError)
        assert isinstance(second, PushResult)
        assert registry.tag("a/b", "v2") == HYBRID_DIGEST


def test_one_reference_fails_and_the_others_are_whole(pusher: Pusher) -> None:
    """Repositories k of n, one of which cannot be written; the rerun finishes it."""
    names = ["a", "b", "c", "d"]
    for broken in names:
        fault = Fault("POST", f"/v2/{broken}/blobs", nth=0, status=403)
        with running("", fault) as registry:
            outcomes = pusher.push(*(f"{registry.address}/{name}:v1" for name in names))
            for name, outcome in zip(names, outcomes):
                assert isinstance(outcome, PublishError) is (name == broken), str(outcome)
                expected = None if name == broken else HYBRID_DIGEST
                assert registry.tag(name, "v1") == expected
            registry.faults.clear()
            again = pusher.push(*(f"{registry.address}/{name}:v1" for name in names))
            actions = [o.action for o in again if isinstance(o, PushResult)]
            assert sorted(actions) == ["pushed", *["up to date"] * 3]


def test_a_second_package_does_not_suffer(pusher: Pusher, tmp_path: Path) -> None:
    other = make_archive(tmp_path / "other", b"other")
    with running("", Fault("PUT", "/v2/a/b/manifests", nth=0, status=403)) as registry:
        error(pusher, registry)
        (outcome,) = pusher.push(f"{registry.address}/c:v1", archive=other)
        assert isinstance(outcome, PushResult)
        assert registry.tag("c", "v1") == open_archive(str(other)).digest
