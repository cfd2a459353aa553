"""Tags, digests and packages from a registry, whatever it does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.xpkg_tool.archives import sha256
from tests.xpkg_tool.dependencies.fetch.packages import (
    AMD64,
    ARM64,
    image,
    put,
    put_index,
    registries,
    shown,
    stream,
)
from tests.xpkg_tool.images import Image, package_layers, runtime_layers, unannotated
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.fetch.registry import (
    RegistryDigester,
    RegistryFetcher,
    RegistryTags,
    announce,
    is_usable,
)
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.publish.registries import Registries

ONE = image("one")
NO_SUCH = "sha256:" + "0" * 64


def fetch(pusher: Pusher, registry: FakeRegistry, digest: str) -> FetchedPackage:
    with registries(pusher) as connections:
        return RegistryFetcher(connections).fetch(f"{registry.address}/a/b", digest)


def digest_of(pusher: Pusher, registry: FakeRegistry, tag: str = "v1") -> str:
    with registries(pusher) as connections:
        return RegistryDigester(connections).digest(f"{registry.address}/a/b", tag)


def error(pusher: Pusher, registry: FakeRegistry, digest: str) -> PublishError:
    with pytest.raises(PublishError) as caught:
        fetch(pusher, registry, digest)
    shown(caught.value)
    return caught.value


@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_what_a_package_costs(auth: str, pusher: Pusher) -> None:
    """One request for the tags, one for a digest, two for a package; the probe and the login once
    for all of a registry."""
    with running(auth) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        names = [f"team/p{number}" for number in range(5)]
        digests = {name: put(registry, image(name), name) for name in names}
        with registries(pusher) as connections:
            announce(connections, [f"{registry.address}/{name}" for name in names])
            for name in names:
                source = f"{registry.address}/{name}"
                assert RegistryTags(connections).tags(source) == ("v1",)
                digest = RegistryDigester(connections).digest(source, "v1")
                assert digest == digests[name]
                package = RegistryFetcher(connections).fetch(source, digest)
                assert package == FetchedPackage(source, digest, stream(name))
        for name in names:
            seen = [(s.method, s.path.split("/")[4]) for s in registry.seen if name in s.path]
            assert seen == [
                ("GET", "tags"),
                ("HEAD", "manifests"),
                ("GET", "manifests"),
                ("GET", "blobs"),
            ]
        assert registry.count() == 5 * 4 + 1 + (auth == "token")


def test_an_index(pusher: Pusher) -> None:
    other = image("for-arm")
    with running() as registry:
        digest = put_index(registry, (other, ARM64), (ONE, AMD64))
        assert digest_of(pusher, registry) == digest
        package = fetch(pusher, registry, digest)
        assert package.stream == stream("one")
        assert package.platforms == {"linux/arm64": other.digest, "linux/amd64": ONE.digest}
        # Not the other platform's manifest, nor the config and the examples.
        fetched = {seen.path.rpartition("/")[2] for seen in registry.seen if seen.method == "GET"}
        assert fetched == {"", digest, ONE.digest, sha256(ONE.layers[0])}


def test_platforms_are_real_and_named_once(pusher: Pusher) -> None:
    with running() as registry:
        digest = put_index(
            registry,
            (ONE, AMD64),
            (image("again"), AMD64),
            (image("seven"), {"os": "linux", "architecture": "arm", "variant": "v7"}),
            (image("proof"), {"os": "unknown", "architecture": "unknown"}),
            (image("empty"), {"os": "", "architecture": ""}),
        )
        assert list(fetch(pusher, registry, digest).platforms) == ["linux/amd64", "linux/arm"]
        assert fetch(pusher, registry, digest).platforms["linux/amd64"] == ONE.digest


def test_no_image_for_amd64(pusher: Pusher) -> None:
    with running() as registry:
        digest = put_index(registry, (ONE, ARM64))
        assert "no image for linux/amd64" in error(pusher, registry, digest).finding.message


def test_without_an_annotation_from_the_top_layer_down(pusher: Pusher) -> None:
    lower = package_layers(stream("hidden"), None)
    upper = package_layers(stream("one"), None)
    one = Image(*unannotated([*runtime_layers(), *lower, *upper]))
    with running() as registry:
        assert fetch(pusher, registry, put(registry, one)).stream == stream("one")
        # The layers below are not needed.
        assert registry.count("GET", "/blobs/") == 1


def test_an_image_that_is_no_package(pusher: Pusher) -> None:
    with running() as registry:
        failure = error(pusher, registry, put(registry, Image(*runtime_layers())))
        assert isinstance(failure, ImageError)
        assert failure.finding.code == "XP909"


def test_a_tag_that_moves_between_head_and_get(pusher: Pusher) -> None:
    two = image("two")

    def move(registry: FakeRegistry) -> None:
        registry.manifests["a/b", "v1"] = registry.manifests["a/b", two.digest]

    with running("", Fault("HEAD", "manifests/v1", after=move)) as registry:
        put(registry, two)
        put(registry, ONE)
        digest = digest_of(pusher, registry)
        assert registry.tag("a/b", "v1") == two.digest
        assert fetch(pusher, registry, digest).stream == stream("one")


@pytest.mark.parametrize(
    "fault",
    [
        Fault("HEAD", "manifests", nth=0, status=405),
        Fault("HEAD", "manifests", nth=0, status=501),
        Fault("HEAD", "manifests", nth=0, status=404),
        Fault("HEAD", "manifests", nth=0, change={"Docker-Content-Digest": None}),
        Fault("HEAD", "manifests", nth=0, change={"Docker-Content-Digest": "rubbish"}),
        Fault("HEAD", "manifests", nth=0, change={"Docker-Content-Digest": "sha512:" + "0" * 128}),
    ],
    ids=["405", "501", "404", "no digest", "no such digest", "sha512"],
)
def test_a_registry_without_head(fault: Fault, pusher: Pusher) -> None:
    with running("", fault) as registry:
        digest = put(registry, ONE)
        assert digest_of(pusher, registry) == digest


@pytest.mark.parametrize("what", ["manifest", "index", "child", "layer", "header"])
def test_a_digest_that_lies(what: str, pusher: Pusher) -> None:
    two = image("two")
    with running() as registry:
        put(registry, two)
        digest = put(registry, ONE)
        if what in ("index", "child"):
            digest = put_index(registry, (ONE, AMD64))
        if what == "index":
            registry.manifests["a/b", digest] = registry.manifests["a/b", two.digest]
        elif what in ("manifest", "child"):
            registry.manifests["a/b", ONE.digest] = registry.manifests["a/b", two.digest]
        elif what == "layer":
            layer = ONE.layers[0]
            registry.blobs[sha256(layer)] = layer[:-1] + bytes([layer[-1] ^ 1])
        else:
            lie = {"Docker-Content-Digest": two.digest}
            registry.faults.append(Fault("GET", "manifests", change=lie))
        failure = error(pusher, registry, digest)
        assert failure.finding.code == "XP903"
        assert failure.finding.path == f"{registry.address}/a/b@{digest}"


FAILING: Mapping[str, tuple[Fault, str]] = {
    "rate limit": (Fault("", "", nth=0, status=429), "status 429 (4 attempts)"),
    "long wait": (
        Fault("", "", nth=0, status=429, headers={"Retry-After": "4000"}),
        "asking to wait 4000 seconds",
    ),
    "unavailable": (Fault("", "", nth=0, status=503), "status 503 (4 attempts)"),
    "reset": (Fault("", "", nth=0, reset_after=0), "(4 attempts)"),
    "cut off": (Fault("", "", nth=0, cut_after=30), "(4 attempts)"),
    "silent": (Fault("", "", nth=0, delay=0.3), "no answer within 0.1 seconds"),
    "forbidden": (Fault("", "", nth=0, status=403), "requires authentication for reading"),
    "bad request": (Fault("", "", nth=0, status=400), "has the status 400"),
    "redirects": (
        Fault("", "", nth=0, status=307, headers={"Location": "?again"}),
        "more than 5 redirects",
    ),
    "to a private address": (
        Fault("", "", nth=0, status=307, headers={"Location": "http://169.254.169.254/"}),
        "private address",
    ),
}
# One of each kind of request.
PROBE = r"/v2/(\?again)?$"
ASKED = (PROBE, "/tags/", "manifests/v1", "manifests/sha256:", "/blobs/")


def ask_for_everything(connections: Registries, source: str) -> bytes:
    """Asks for tags, the digest of one, and that package; returns its content."""
    (tag,) = RegistryTags(connections).tags(source)
    digest = RegistryDigester(connections).digest(source, tag)
    return RegistryFetcher(connections).fetch(source, digest).stream


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize(("fault", "text"), FAILING.values(), ids=FAILING)
def test_a_registry_that_fails(fault: Fault, text: str, path: str, pusher: Pusher) -> None:
    pusher.read_timeout = 0.1 if fault.delay else 5.0
    fault = Fault(**{**vars(fault), "path": path})
    with running("", fault) as registry, registries(pusher) as connections:
        put(registry, ONE)
        source = f"{registry.address}/a/b"
        with pytest.raises(PublishError) as caught:
            ask_for_everything(connections, source)
        message = shown(caught.value)
        if path == PROBE and fault.status in (400, 403):
            text = "does not answer like a registry"
        assert text in message
        assert caught.value.finding.path.startswith(source)


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_fault_that_passes(status: int, path: str, pusher: Pusher) -> None:
    with running("", Fault("", path, status=status)) as registry:
        put(registry, ONE)
        with registries(pusher) as connections:
            assert ask_for_everything(connections, f"{registry.address}/a/b") == stream("one")
        assert len(pusher.slept) == 1


def test_nobody_listens(pusher: Pusher) -> None:
    with registries(pusher) as connections, pytest.raises(PublishError) as caught:
        RegistryTags(connections).tags(f"{closed_port()}/a/b")
    assert "could not be used" in shown(caught.value)
    # Nothing was sent.
    assert caught.value.finding.remedy.endswith("(proxy, VPN); then try again.")


def test_no_login_and_a_wrong_one(pusher: Pusher) -> None:
    with running("token") as registry:
        digest = put(registry, ONE)
        assert "no credential for it" in error(pusher, registry, digest).finding.message
        pusher.login(registry.address, USER, "wrong")
        assert "does not accept the credential" in error(pusher, registry, digest).finding.message


def test_what_the_registry_does_not_have(pusher: Pusher) -> None:
    with running() as registry, registries(pusher) as connections:
        source = f"{registry.address}/a/b"
        with pytest.raises(PublishError) as caught:
            RegistryTags(connections).tags(source)
        assert shown(caught.value) == "The registry has no repository a/b"
        assert caught.value.finding.path == source
        with pytest.raises(PublishError) as caught:
            RegistryDigester(connections).digest(source, "v1")
        assert shown(caught.value) == "The registry has no tag v1 in a/b"
        assert caught.value.finding.path == f"{source}:v1"
        failure = error(pusher, registry, NO_SUCH)
        assert failure.finding.message.startswith(f"The registry has no {NO_SUCH} in a/b")


def test_a_blob_that_is_missing(pusher: Pusher) -> None:
    with running() as registry:
        digest = put(registry, ONE)
        del registry.blobs[sha256(ONE.layers[0])]
        assert error(pusher, registry, digest).finding.code == "XP902"


def test_what_is_announced_may_be_wrong(pusher: Pusher) -> None:
    with registries(pusher) as connections:
        announce(connections, ["no registry", "a.io/B", f"{closed_port()}/a/b"])


def test_one_registry_that_is_down_is_asked_once(pusher: Pusher) -> None:
    with running("", Fault("GET", "/v2/$", nth=0, status=503)) as registry:
        with registries(pusher) as connections:
            for number in range(3):
                with pytest.raises(PublishError):
                    RegistryTags(connections).tags(f"{registry.address}/a/{number}")
        assert registry.count() == 4


def test_whether_a_registry_can_be_used_at_all(pusher: Pusher) -> None:
    """Whatever it answers for a repository, as long as it answers."""
    with running() as registry:
        source = f"{registry.address}/a/b"
        registry.faults.append(Fault("", "/a/b", nth=0, status=500))
        with registries(pusher) as connections:
            assert is_usable(connections, source)
            assert registry.count("GET", "/v2/") == 1
            registry.faults.append(Fault("", "", nth=0, status=503))
            assert not is_usable(connections, source)
    with registries(pusher) as connections:
        assert not is_usable(connections, source)


def test_a_digest_that_is_gone(pusher: Pusher) -> None:
    with running() as registry:
        digest = put(registry, ONE)
        assert digest_of(pusher, registry, digest) == digest
        registry.manifests.clear()
        with pytest.raises(PublishError, match=f"has no digest {digest} in a/b"):
            digest_of(pusher, registry, digest)
