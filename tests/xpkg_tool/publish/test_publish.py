"""Writing what was planned: order, releases, and reading again."""

from __future__ import annotations

from pathlib import Path

from tests.xpkg_tool.archives import HYBRID_DIGEST, make_archive
from tests.xpkg_tool.publish.writing import OTHER, good, opened, written
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import REFUSED, PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.oci.reference import Reference, parse
from xpkg_tool.oci.write.layout import publish as publish_to_layout
from xpkg_tool.publish.outcome import published
from xpkg_tool.publish.publish import Write, publish
from xpkg_tool.publish.registries import Registries


def test_a_small_changed_package_takes_eleven_requests(pusher: Pusher, tmp_path: Path) -> None:
    """Beyond probe and token: the tag, three blobs, two uploads of two, manifest, tag, tag."""
    pusher.mutable_tags = ("latest",)
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        pusher.push(
            f"{registry.address}/a:latest", archive=make_archive(tmp_path / "1", b"one", b"two")
        )
        registry.seen.clear()
        (outcome,) = pusher.push(
            f"{registry.address}/a:latest",
            archive=make_archive(tmp_path / "2", b"one", b"2", config=b'{"os":"other"}'),
        )
        assert (good(outcome).transfer.blobs_sent, good(outcome).transfer.blobs_skipped) == (2, 1)
        assert good(outcome).transfer.bytes_skipped == len(b"one")
        assert good(outcome).transfer.requests == len(registry.seen) == 1 + 1 + 11


def test_a_new_package_takes_eleven_requests_and_four_for_its_tag(
    pusher: Pusher, tmp_path: Path
) -> None:
    """Beyond probe and token; docs/publishing.md lists them."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        archive = make_archive(tmp_path / "1", b"one", b"two")
        (outcome,) = pusher.push(f"{registry.address}/a:v1", archive=archive)
        assert good(outcome).transfer.requests == len(registry.seen) == 2 + 11 + 4
        names = [(s.method, s.path.partition("/v2/a/")[2].partition("/")[0]) for s in registry.seen]
        assert names == [
            ("GET", ""),
            ("GET", ""),
            # The plan.
            ("HEAD", "manifests"),
            ("GET", "manifests"),
            *[("HEAD", "blobs"), ("POST", "blobs"), ("PUT", "blobs")] * 3,
            ("PUT", "manifests"),
            # The tag.
            ("GET", "manifests"),
            ("PUT", "manifests"),
            ("HEAD", "manifests"),
        ]


def test_a_tag_at_which_somebody_put_the_same_meanwhile_is_published(pusher: Pusher) -> None:
    with running() as registry:
        good(written(pusher, f"{registry.address}/a:v1")[0])
        registry.seen.clear()
        (outcome,) = written(pusher, f"{registry.address}/a:v1")
        assert good(outcome).action == "pushed"
        assert registry.seen[-1].method == "GET"


def test_a_tag_that_came_to_be_meanwhile_stays(pusher: Pusher, tmp_path: Path) -> None:
    """It was not there when the plan looked it up."""
    other = make_archive(tmp_path / "o", b"other")
    with running() as registry:
        there = good(written(pusher, f"{registry.address}/a:v1", artifact=opened(other))[0])
        (outcome,) = written(pusher, f"{registry.address}/a:v1")
        assert isinstance(outcome, PublishError) and outcome.finding.code == REFUSED.code
        assert there.digest in str(outcome) and HYBRID_DIGEST in str(outcome)
        assert registry.tag("a", "v1") == there.digest


def test_a_tag_is_looked_at_just_before_it_is_put_and_read_again(pusher: Pusher) -> None:
    """What the plan knew of it was long ago."""
    with running() as registry:
        (outcome,) = written(pusher, f"{registry.address}/a:v1")
        assert good(outcome).action == "pushed"
        tag = [s.method for s in registry.seen if s.path.endswith("/v1")]
        assert tag == ["GET", "PUT", "HEAD"]
        assert tag == [s.method for s in registry.seen[-3:]]


def test_a_refused_release_writes_nothing(pusher: Pusher, tmp_path: Path) -> None:
    with running() as registry:
        result(pusher, registry)
        before = (dict(registry.blobs), dict(registry.manifests))
        registry.seen.clear()
        outcomes = pusher.push(
            f"{registry.address}/a/b:v1",
            f"{registry.address}/a/b:v2",
            archive=make_archive(tmp_path / "o", b"other"),
        )
        assert [type(outcome) for outcome in outcomes] == [PublishError] * 2
        assert "HEAD" not in [s.method for s in registry.seen if "blobs" in s.path]
        assert {s.method for s in registry.seen} == {"GET", "HEAD"}
        assert (registry.blobs, registry.manifests) == before
        entry = published("r", OTHER, outcomes[0])
        assert entry.action == "refused" and HYBRID_DIGEST in entry.message
        assert published("r", OTHER, outcomes[1]).action == "failed"


def test_somebody_else_puts_the_tag_meanwhile(pusher: Pusher, tmp_path: Path) -> None:
    """Detected by reading it again, and said loudly: nobody can do better over this API."""
    other = open_archive(str(make_archive(tmp_path / "o", b"other")))

    def interfere(state: FakeRegistry) -> None:
        state.manifests["a/b", "v1"] = (other.media_type, other.manifest)

    with running("", Fault("PUT", "manifests/v1$", after=interfere)) as registry:
        message = error(pusher, registry)
        assert "THE TAG IS NOT WHAT WAS PUBLISHED" in message
        assert HYBRID_DIGEST in message and other.digest in message


def test_the_tag_is_gone_afterwards(pusher: Pusher) -> None:
    with running("", Fault("PUT", "manifests/v1$", lose=True)) as registry:
        assert "when read back, it does not exist" in error(pusher, registry)


def test_a_layout_is_looked_at_under_its_lock(tmp_path: Path) -> None:
    """There the tag cannot be moved by two: it stays as the first one put it."""
    directory, artifact = str(tmp_path / "layout"), opened()
    other = opened(make_archive(tmp_path / "o", b"other"))
    place = parse(f"oci-layout:{directory}:a:v1")
    publish_to_layout(other, directory, ["a:v1"])
    before = (tmp_path / "layout/index.json").read_bytes()
    registries = Registries({})
    outcome = publish(artifact, [Write(place, remote=None)], registries)[place]
    assert isinstance(outcome, PublishError)
    assert outcome.finding.code == REFUSED.code
    assert other.digest in str(outcome) and HYBRID_DIGEST in str(outcome)
    assert (tmp_path / "layout/index.json").read_bytes() == before
    moved = publish(artifact, [Write(place, remote=other.digest)], registries)[place]
    assert good(moved).action == "pushed"


def test_what_fails_for_one_tag_is_not_tried_for_the_next(pusher: Pusher) -> None:
    with running("", Fault("POST", "uploads", nth=0, status=400)) as registry:
        base = registry.address
        outcomes = written(pusher, f"{base}/a:v1", f"{base}/a:v2", f"{base}/b:v1")
        assert all(isinstance(o, PublishError) for o in outcomes)
        assert [str(o).partition(": ")[0] for o in outcomes] == [
            f"{base}/a:v1",
            f"{base}/a:v2",
            f"{base}/b:v1",
        ]
        assert registry.count("POST") == 2


def test_tag_only_where_the_manifest_was_lost(pusher: Pusher) -> None:
    with running() as registry:
        place = parse(f"{registry.address}/a:v1")
        registries = Registries(pusher.env, connect=pusher.connect)
        outcome = publish(opened(), [Write(place, tag_only=True)], registries)[place]
        registries.close()
        assert (good(outcome).action, good(outcome).transfer.blobs_sent) == ("tagged", 3)
        assert registry.tag("a", "v1") == HYBRID_DIGEST


def test_a_reference_with_another_digest(pusher: Pusher) -> None:
    with running() as registry:
        place = Reference(registry.address, "a", "v1", OTHER)
        (outcome,) = written(pusher, str(place))
        assert isinstance(outcome, PublishError) and HYBRID_DIGEST in str(outcome)
        assert not registry.seen
