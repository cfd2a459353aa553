"""After any sequence of faults: a tag implies a complete image, what was reported as published is
there, and running again converges.

The registry checks a manifest's blobs when it is put, as real ones do. A blob that vanishes after a
manifest with it was accepted is outside of this: no client can mend that."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.xpkg_tool.archives import make_archive
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.publish.push import PushResult
from xpkg_tool.registry.http.retry import RetryPolicy

# Three packages that share layers, so that one has what another lacks.
CONTENTS = ((b"one", b"two"), (b"one", b"three"), (b"four" * 20_000, b"two"))
REPOSITORIES = ("a/b", "c")
# A release of each package, and a tag that moves.
MUTABLE = "latest"
STATUSES = (200, 201, 202, 204, 301, 400, 403, 404, 405, 413, 418, 429, 500, 502, 503)
_TARGETS = st.sampled_from(
    [
        ("GET", "/v2/$"),
        ("HEAD", "manifests/"),
        ("GET", "manifests/"),
        ("HEAD", "blobs/"),
        ("POST", "uploads/$"),
        ("POST", "mount="),
        ("PUT", "uploads/"),
        ("PUT", "manifests/sha256:"),
        ("PUT", "manifests/[vl]"),
        ("GET", "/token"),
        ("", ""),
    ]
)


def forget_unused(registry: FakeRegistry) -> None:
    """As a registry's clean-up does: blobs that no manifest names."""
    used = {digest for _, raw in registry.manifests.values() for digest in blobs_of(raw)}
    for digest in set(registry.blobs) - used:
        del registry.blobs[digest]
        registry.owners.pop(digest, None)


def blobs_of(raw: bytes) -> list[str]:
    manifest = json.loads(raw)
    return [entry["digest"] for entry in (manifest["config"], *manifest["layers"])]


def _failure(target: tuple[str, str], nth: int, draw: st.DrawFn) -> Fault:
    method, path = target
    kind = draw(
        st.sampled_from(
            ["status", "early", "reset", "cut", "cut by reset", "lose", "digest", "clean-up", "raw"]
        )
    )
    if kind in ("status", "early"):
        status = draw(st.sampled_from(STATUSES))
        # A registry that says of what is not there that it is has said so: nobody can find out.
        if method in ("PUT", "") and path != "uploads/" and status < 300:
            status = 500
        # That a tag is taken is believed, and that it is free where GET says so, too.
        if target == ("HEAD", "manifests/") and status == 200:
            status = 502
        if target in (("GET", "manifests/"), ("", "")) and status in (200, 404):
            status = 502
        return Fault(method, path, nth, status=status, early=kind == "early", body=b"{}")
    if kind == "reset":
        return Fault(method, path, nth, reset_after=draw(st.integers(0, 100_000)))
    if kind.startswith("cut"):
        k = draw(st.integers(0, 250))
        return Fault(method, path, nth, cut_after=k, cut_by_reset=kind != "cut")
    if kind == "lose":
        return Fault(method, path, nth, lose=True)
    if kind == "digest":
        wrong = draw(st.sampled_from([None, "canary", f"sha256:{'0' * 64}"]))
        if method in ("HEAD", "") and wrong != "canary":
            wrong = None
        return Fault(method, path, nth, change={"Docker-Content-Digest": wrong})
    if kind == "clean-up":
        return Fault(method, path, nth, before=forget_unused)
    return Fault(method, path, nth, raw=b"HTTP/1.1 canary\r\n\r\n")


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    return _failure(draw(_TARGETS), draw(st.integers(0, 5)), draw)


class Publishing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.pusher = Pusher(folder)
        self.pusher.policy = RetryPolicy(attempts=2)
        self.pusher.mutable_tags = (MUTABLE,)
        self.archives = [
            make_archive(folder / str(number), *layers) for number, layers in enumerate(CONTENTS)
        ]
        self.digests = [open_archive(str(path)).digest for path in self.archives]

    @initialize(
        auth=st.sampled_from(["", "basic", "token"]),
        mount_status=st.sampled_from([201, 202, 401, 500]),
    )
    def start(self, auth: str, mount_status: int) -> None:
        self.registry = self.stack.enter_context(running(auth))
        self.registry.mount_status = mount_status
        self.pusher.login(self.registry.address, USER, PASSWORD)

    def references(self, number: int, moving: bool, both: bool) -> list[tuple[str, str]]:
        tags = [f"v{number}", *([MUTABLE] if moving else [])]
        return [(name, tag) for name in REPOSITORIES[: 1 + both] for tag in tags]

    def push(self, number: int, places: list[tuple[str, str]]) -> None:
        self.pusher.slept.clear()
        names = [f"{self.registry.address}/{name}:{tag}" for name, tag in places]
        outcomes = self.pusher.push(*names, archive=self.archives[number])
        assert len(outcomes) == len(places)
        for place, outcome in zip(places, outcomes):
            if isinstance(outcome, PushResult):
                # What is said to be published is there.
                assert self.registry.tag(*place) == self.digests[number]

    @rule(
        number=st.integers(0, 2),
        moving=st.booleans(),
        both=st.booleans(),
        several=st.lists(faults(), min_size=1, max_size=4),
        connections=st.sampled_from([1, 1, 4]),
    )
    def publish_with_faults(
        self, number: int, moving: bool, both: bool, several: list[Fault], connections: int
    ) -> None:
        self.registry.counts.clear()
        self.registry.faults = several
        self.pusher.connections = connections
        self.push(number, self.references(number, moving, both))

    @rule()
    def tokens_expire(self) -> None:
        self.registry.expire_tokens()

    @rule()
    def unused_blobs_are_cleaned_up(self) -> None:
        forget_unused(self.registry)

    @rule(number=st.integers(0, 2), moving=st.booleans(), both=st.booleans())
    def running_again_converges(self, number: int, moving: bool, both: bool) -> None:
        self.registry.faults = []
        places = self.references(number, moving, both)
        names = [f"{self.registry.address}/{name}:{tag}" for name, tag in places]
        for outcome in self.pusher.push(*names, archive=self.archives[number]):
            assert not isinstance(outcome, PublishError), str(outcome)
        assert {self.registry.tag(*place) for place in places} == {self.digests[number]}
        again = self.pusher.push(*names, archive=self.archives[number])
        assert {o.action for o in again if isinstance(o, PushResult)} == {"up to date"}

    @invariant()
    def a_tag_implies_a_complete_image(self) -> None:
        if not hasattr(self, "registry"):
            return
        with self.registry.state_lock:
            for (name, key), (_, raw) in self.registry.manifests.items():
                digest = f"sha256:{hashlib.sha256(raw).hexdigest()}"
                assert digest in self.digests
                assert key in (digest, MUTABLE, f"v{self.digests.index(digest)}")
                assert all(self.registry.has(name, blob) for blob in blobs_of(raw)), (name, key)

    def teardown(self) -> None:
        self.stack.close()


TestPublishing = Publishing.TestCase
TestPublishing.settings = settings(
    max_examples=40,
    stateful_step_count=8,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
