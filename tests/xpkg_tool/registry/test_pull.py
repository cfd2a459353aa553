"""Reading images from a registry, whatever it does."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST, MANIFEST, sha256
from tests.xpkg_tool.images import (
    OCI_INDEX,
    Image,
    index_of,
    package_layers,
    runtime_layers,
    unannotated,
)
from tests.xpkg_tool.registry.fake_registry import (
    CANARY,
    PASSWORD,
    SIGNATURE,
    USER,
    FakeRegistry,
    Fault,
    running,
)
from tests.xpkg_tool.registry.hostile_answers import ENDLESS, gzip_blocks
from tests.xpkg_tool.registry.registry_tools import Pusher, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.inspection import verify as verifying
from xpkg_tool.inspection.describe import inspect
from xpkg_tool.inspection.source import opened
from xpkg_tool.oci.stored_image import REGISTRY
from xpkg_tool.publish.copy import copy
from xpkg_tool.registry import pull as pulling
from xpkg_tool.registry.auth.authorizer import PULL
from xpkg_tool.registry.connection import Connection, connect
from xpkg_tool.registry.http.client import Wire
from xpkg_tool.registry.http.retry import Clock


def put(registry: FakeRegistry, image: Image, tag: str = "v1") -> str:
    """The image as if it had been pushed; its reference."""
    for content in (image.config_bytes, *image.layers):
        registry.blobs[sha256(content)] = content
    for key in (tag, image.digest):
        registry.manifests["a/b", key] = (MANIFEST, image.manifest)
    return f"{registry.address}/a/b:{tag}"


def verify(pusher: Pusher, reference: str) -> tuple[Finding, ...]:
    def reading(registry: str) -> Connection:
        clock = Clock(
            monotonic=lambda: sum(pusher.slept), sleep=pusher.slept.append, jitter=lambda: 0.0
        )
        wire = Wire(connect_timeout=2.0, read_timeout=pusher.read_timeout)
        return connect(
            registry, pusher.env, actions=PULL, policy=pusher.policy, clock=clock, wire=wire
        )

    findings = verifying.verify(reference, connect=reading)
    assert CANARY not in repr(findings)
    return findings


def message(pusher: Pusher, reference: str) -> str:
    (finding,) = verify(pusher, reference)
    assert finding.path.startswith(reference.partition("/")[0])
    return finding.message


BIG = Image(*runtime_layers(), *package_layers())
BIG_CONFIG = sha256(BIG.config_bytes)


@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_what_we_pushed(auth: str, pusher: Pusher) -> None:
    with running(auth) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        pushed = result(pusher, registry)
        registry.seen.clear()
        assert verify(pusher, pushed.reference) == ()
        assert verify(pusher, f"{registry.address}/a/b@{HYBRID_DIGEST}") == ()
        scopes = {scope for (scope,) in registry.tokens.values() if "push" not in scope}
        assert scopes == ({"repository:a/b:pull"} if auth == "token" else set())
        # A probe, (a token,) the manifest, two layers and the config.
        assert registry.count() == 2 * (5 + (auth == "token"))
        assert {seen.method for seen in registry.seen} == {"GET"}


def test_inspect(pusher: Pusher) -> None:
    with running() as registry:
        reference = put(registry, BIG)
        inspection = inspect(reference, connect=pusher.connect)
        assert (inspection.form, inspection.digest) == (REGISTRY, BIG.digest)
        # The runtime's layers are not fetched.
        fetched = {seen.path.rpartition("/")[2] for seen in registry.seen}
        assert not fetched & {sha256(layer) for layer in BIG.layers[:3]}


def test_without_annotations(pusher: Pusher) -> None:
    with running() as registry:
        image = Image(*unannotated([*runtime_layers(), *package_layers()]))
        (finding,) = verify(pusher, put(registry, image))
        assert (finding.code, finding.severity) == ("XP908", "warning")


def test_an_index(pusher: Pusher) -> None:
    with running() as registry:
        put(registry, BIG, "amd")
        other = Image(*runtime_layers())
        put(registry, other, "arm")
        platform = {"os": "linux", "architecture": "amd64"}
        arm = {"os": "linux", "architecture": "arm64"}
        index = index_of([(other.manifest, arm), (BIG.manifest, platform)])
        registry.manifests["a/b", "v1"] = (OCI_INDEX, index)
        reference = f"{registry.address}/a/b:v1"
        assert verify(pusher, reference) == ()
        inspection = inspect(reference, connect=pusher.connect)
        assert (inspection.digest, inspection.index_digest) == (BIG.digest, sha256(index))
        registry.manifests["a/b", "v1"] = (OCI_INDEX, index_of([(other.manifest, arm)]))
        assert "no image for linux/amd64" in message(pusher, reference)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("path", ["/manifests/", "/blobs/"])
def test_faults_that_pass(status: int, path: str, pusher: Pusher) -> None:
    with running("", Fault("GET", path, status=status)) as registry:
        assert verify(pusher, put(registry, BIG)) == ()
        assert len(pusher.slept) == 1


def test_a_fault_that_stays(pusher: Pusher) -> None:
    with running("", Fault("GET", "/blobs/", nth=0, status=503)) as registry:
        assert "status 503 (4 attempts)" in message(pusher, put(registry, BIG))


class Broken:
    """Answers of the fake registry that end in the middle of a blob."""

    def __init__(self, registry: FakeRegistry, digest: str, times: int, *, ranges: bool) -> None:
        self.left, self.ranges, self.asked = times, ranges, list[str]()
        handler = registry.server.RequestHandlerClass
        answer = handler._reply  # type: ignore[attr-defined]
        broken = self

        def reply(self, status, headers, content):  # type: ignore[no-untyped-def]
            if digest not in self.path or status != 200:
                return answer(self, status, headers, content)
            start = 0
            asked = self.headers.get("Range")
            broken.asked.append(asked or "")
            if asked and broken.ranges:
                start, status = int(asked[len("bytes=") : -1]), 206
            body = content[start:]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            broken.left -= 1
            self.wfile.write(body if broken.left < 0 else body[: len(body) // 2])
            self.close_connection = True
            return None

        handler._reply = reply  # type: ignore[attr-defined]


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_connection_that_breaks(times: int, ranges: bool, pusher: Pusher) -> None:
    """Reading: what is there is kept, by a range where the registry knows them."""
    layer = bytes(range(256)) * 4000
    image = Image(*package_layers(), (layer, None))
    with running() as registry:
        reference = put(registry, image)
        broken = Broken(registry, sha256(layer), times, ranges=ranges)
        with opened(reference, connect=pusher.connect) as opened_image:
            reader = opened_image.open(opened_image.layers[2])
            with contextlib.closing(reader):
                assert reader.read() == layer
        assert len(broken.asked) == times + 1
        starts = [int(asked[6:-1]) for asked in broken.asked[1:]]
        assert 0 < starts[0] <= len(layer) // 2
        assert starts == sorted(starts)


def test_a_connection_that_breaks_again_and_again(pusher: Pusher) -> None:
    layer = bytes(range(256)) * 4000
    with running() as registry:
        reference = put(registry, Image(*package_layers(), (layer, None)))
        Broken(registry, sha256(layer), 1000, ranges=True)
        text = message(pusher, reference)
        assert "the connection broke" in text or "while sending blob" in text


def test_a_blob_is_missing(pusher: Pusher) -> None:
    with running() as registry:
        reference = put(registry, BIG)
        del registry.blobs[sha256(BIG.layers[0])]
        (finding,) = verify(pusher, reference)
        assert finding.code == "XP902"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda b: b[:-1] + b"?", "XP903"),
        (lambda b: b + b"?", "XP904"),
        (lambda b: b + bytes(100_000_000), "XP904"),
    ],
)
def test_another_blob(change, code, pusher: Pusher) -> None:  # type: ignore[no-untyped-def]
    with running() as registry:
        reference = put(registry, BIG)
        digest = sha256(BIG.layers[0])
        registry.blobs[digest] = change(registry.blobs[digest])
        assert code in [finding.code for finding in verify(pusher, reference)]


def test_a_blob_that_is_shorter(pusher: Pusher) -> None:
    with running() as registry:
        reference = put(registry, BIG)
        digest = sha256(BIG.layers[0])
        registry.blobs[digest] = registry.blobs[digest][:-1]
        assert "could not be used" in message(pusher, reference)


def test_digests_of_manifests(pusher: Pusher) -> None:
    """A digest in the header that is not the body's, or none at all."""
    for named, expected in (
        (None, []),
        ("sha256:" + "0" * 64, ["XP903"]),
        ("sha512:" + "0" * 128, []),
        (CANARY, []),
        (f"sha256:{CANARY}", ["XP903"]),
    ):
        fault = Fault("GET", "/manifests/", change={"Docker-Content-Digest": named})
        with running("", fault) as registry:
            assert [f.code for f in verify(pusher, put(registry, BIG))] == expected
    with running() as registry:
        put(registry, BIG)
        other = "sha256:" + "1" * 64
        registry.manifests["a/b", other] = registry.manifests["a/b", "v1"]
        found = verify(pusher, f"{registry.address}/a/b@{other}")
        assert [f.code for f in found] == ["XP903"]


@pytest.mark.parametrize(
    ("media_type", "body", "text"),
    [
        (MANIFEST, b"no", "The manifest is not a JSON value"),
        ("text/html", b"{}", "the unsupported type 'text/html'"),
        (OCI_INDEX, b"{}", "no list of manifests"),
        (MANIFEST, b" " * (4 * 1024 * 1024 + 1), "the answer is longer than 4194304 bytes"),
        ("application/vnd.docker.distribution.manifest.v1+json", b"{}", "the unsupported type"),
    ],
    ids=["no JSON", "HTML", "no index", "too long", "old"],
)
def test_rubbish_for_a_manifest(media_type: str, body: bytes, text: str, pusher: Pusher) -> None:
    with running() as registry:
        registry.manifests["a/b", "v1"] = (media_type, body)
        assert text in message(pusher, f"{registry.address}/a/b:v1")


def test_a_manifest_without_a_type_of_its_own(pusher: Pusher) -> None:
    with running() as registry:
        reference = put(registry, BIG)
        raw = BIG.manifest.replace(f'"mediaType":"{MANIFEST}",'.encode(), b"", 1)
        registry.manifests["a/b", "v1"] = (f"{MANIFEST}; charset=utf-8", raw)
        assert verify(pusher, reference) == ()


def test_no_such_tag(pusher: Pusher) -> None:
    with running() as registry:
        (finding,) = verify(pusher, f"{registry.address}/a/b:v1")
        assert finding.code == "XP914"
        assert finding.message.startswith("The registry has no v1 in a/b")
        assert finding.path == f"{registry.address}/a/b:v1"


def test_denied(pusher: Pusher) -> None:
    with running("basic") as registry:
        text = message(pusher, put(registry, BIG))
        assert "requires authentication for reading (status" in text


def test_redirects_keep_the_credential_at_home(pusher: Pusher) -> None:
    with running() as store, running("basic") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        reference = put(registry, BIG)
        put(store, BIG)
        registry.faults.append(
            Fault(
                "GET",
                "/blobs/",
                nth=0,
                status=307,
                headers={
                    "Location": f"http://{store.address}/v2/a/b/blobs/{sha256(BIG.layers[0])}"
                    f"?X-Amz-Signature={SIGNATURE}"
                },
            )
        )
        with opened(reference, connect=pusher.connect) as image:
            reader = image.open(image.layers[0])
            with contextlib.closing(reader):
                assert reader.read() == BIG.layers[0]
        assert [seen.authorization for seen in store.seen] == [""]


def resized(image: Image, size: int) -> bytes:
    """The manifest of `image`, which says that its layers have `size` bytes."""
    manifest = json.loads(image.manifest)
    for layer in manifest["layers"]:
        layer["size"] = size
    return json.dumps(manifest).encode()


def test_a_layer_over_the_limit_is_not_asked_for(pusher: Pusher, tmp_path: Path) -> None:
    with running() as registry:
        reference = put(registry, BIG)
        registry.manifests["a/b", "v1"] = (MANIFEST, resized(BIG, 10**15))
        for layer in BIG.layers:
            endless = partial(ENDLESS["body of a length"], 200)
            registry.faults.append(Fault("GET", sha256(layer), nth=0, endless=endless))
        findings = verify(pusher, reference)
        assert "XP901" in {finding.code for finding in findings}
        outcome = copy(reference, f"oci-layout:{tmp_path}/layout:a:v1", connect=pusher.connect)
        assert isinstance(outcome, PublishError)
        assert "has more than 68,719,476,736 bytes" in str(outcome)
        assert not any("/blobs/" in s.path and BIG_CONFIG not in s.path for s in registry.seen)


def test_a_layer_of_gzip_blocks_that_hold_nothing(pusher: Pusher) -> None:
    """No more of them are read than the manifest says that there are bytes."""
    with running() as registry:
        reference = put(registry, BIG)
        registry.manifests["a/b", "v1"] = (MANIFEST, resized(BIG, 1_000_000))
        raw = gzip_blocks(10_000_000)
        for layer in BIG.layers:
            registry.blobs[sha256(layer)] = raw
        findings = verify(pusher, reference)
        assert any(
            "is longer than the 1,000,000 bytes in the manifest" in f.message for f in findings
        )


def test_a_blob_that_takes_for_ever(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fast enough each time, but a time for all of it passes too."""
    monkeypatch.setattr(pulling, "_HOUR", -1.0)
    with running() as registry:
        findings = verify(pusher, put(registry, BIG))
        assert any("takes too long to send blob" in finding.message for finding in findings)
