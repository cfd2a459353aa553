"""Where a registry may send us, and what goes along."""

from __future__ import annotations

import pytest
import requests
import urllib3.util
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.read.archive_reader import open_archive
from xpkg_tool.registry.http.url_policy import follow, origin_of

BLOBS = open_archive(str(HYBRID)).blobs
QUERY = "?_state={signature}"


@pytest.mark.parametrize(
    "location",
    [
        "{path}{id}" + QUERY,
        "{id}" + QUERY,
        "{id}",
        "./{id}" + QUERY,
        "../uploads/{id}" + QUERY,
        "  {path}{id}  ",
        "http://{base}{path}{id}" + QUERY,
        "HTTP://{base}{path}{id}",
        "//{base}{path}{id}" + QUERY,
        "http://canary-user:canary@{base}{path}{id}",
        "{path}{id}?a=b&c=d%26&digest_=x",
        "{path}{id}#canary",
    ],
)
@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_forms_of_an_upload_address(pusher: Pusher, auth: str, location: str) -> None:
    with running(auth) as registry:
        registry.location, registry.upload_base = location, registry.address
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
        # The credential goes to its own registry, and whoever is named in an address does not.
        kept = {s.authorization for s in registry.seen if s.path.startswith("/v2/a/")}
        assert len(kept) == 1
        assert kept == {""} if not auth else kept != {""}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.2"])
def test_another_host_gets_no_credential(pusher: Pusher, name: str) -> None:
    """Nor does another port of the same one."""
    with running() as other, running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        for host in (f"127.0.0.1:{other.port}", f"{name}:{registry.port}"):
            registry.location = "http://" + host + "{path}{id}" + QUERY
            registry.seen.clear()
            # It is refused there, or lost for here; what counts is what was sent.
            error(pusher, registry)
            uploads = [s for s in (*registry.seen, *other.seen) if s.method == "PUT"]
            sent = {s.authorization for s in uploads if "uploads" in s.path}
            assert sent <= {""}


SEEN_BY_PROXY = "registry.test:5000"


def through_proxy(
    pusher: Pusher, registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Pushes to a registry that has no private name, with the fake one as its proxy; returns the
    hosts that were asked for, and the error."""
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://{registry.address}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    pusher.insecure.add(SEEN_BY_PROXY)
    return [error(pusher, SEEN_BY_PROXY), *(s.target.split("/")[2] for s in registry.seen)]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "localhost",
        "localhost.",
        "x.localhost",
        "10.1.2.3",
        "10.1",
        "192.168.1.1:80",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[fd00::1]",
        "[fe80::1]",
    ],
)
def test_a_private_address_on_another_host_is_refused(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with running() as registry:
        registry.location = "http://" + host + "{path}{id}" + QUERY
        message, *asked = through_proxy(pusher, registry, monkeypatch)
        assert "goes to a private address on another host" in message
        assert set(asked) == {SEEN_BY_PROXY}


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://registry.test/x",
        "http://[canary/x",
        "http://[::1]canary/x",
        "http://registry.test:0/x",
        "http://registry.test:99999/x",
        "http://registry.test:canary/x",
        "http://evil.test\\@registry.test:5000/canary",
        "http://reg\x01istry.test/x",
        "http://registry.test/\x1b[31mcanary",
        "http://ev%69l.test/x",
        "http://{{canary}}.test/x",
        "http://exämple.org/x",
    ],
)
def test_an_unusable_address(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    with running() as registry:
        registry.location = location
        message, *asked = through_proxy(pusher, registry, monkeypatch)
        assert "is not an http(s) URL" in message
        assert set(asked) == {SEEN_BY_PROXY}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects(pusher: Pusher, status: int) -> None:
    """A read follows them, without the credential where they lead elsewhere."""
    with running() as other, running("basic") as registry:
        headers = {"Location": f"http://{other.address}/x?X-Amz-Signature=canary"}
        registry.faults.append(Fault("HEAD", "blobs", nth=0, status=status, headers=headers))
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert {s.authorization for s in other.seen} == {""}
        assert len(other.seen) == len(BLOBS)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_redirect_with_an_endless_body_and_no_address(pusher: Pusher, method: str) -> None:
    """Nothing of it is held in memory, and it is no reason for a traceback."""
    path = "/v2/$" if method == "GET" else "manifests"
    headers = {"Location": "http://[canary"}
    fault = Fault(method, path, nth=0, status=307, headers=headers, body=bytes(5_000_000))
    with running("", fault) as registry:
        message = error(pusher, registry)
        assert "longer than 4194304 bytes" in message or "is not an http(s) URL" in message


_HOSTS = st.sampled_from(["r.org", "evil.org", "127.0.0.1", "[::1]", "[::1", "1", "a%2eb", "é.org"])
_PIECES = st.lists(
    st.one_of(
        _HOSTS,
        st.sampled_from([*":/?#@\\[]%.;& \t\r\n", "//", "http:", "https:", "user:pw@", ":443"]),
        st.text(max_size=3),
    ),
    max_size=9,
).map("".join)


@settings(max_examples=150, deadline=None, database=None)
@given(_PIECES)
def test_we_and_the_client_agree_where_an_address_leads(location: str) -> None:
    """Otherwise what is checked is not where the request, and the credential, go."""
    try:
        url = follow("https://r.org/v2/a/", location, "a redirect")
    except PublishError:
        return
    origin = origin_of(url)
    assert origin.scheme == "https"
    try:
        prepared = requests.Request("GET", url).prepare().url
    except requests.exceptions.InvalidURL:
        return  # The client goes nowhere either.
    assert prepared is not None
    for text in (url, prepared):
        parsed = urllib3.util.parse_url(text)
        assert parsed.auth is None
        assert (parsed.host or "").strip("[]").lower() == origin.host.strip("[]")
        assert (parsed.port or 443) == origin.port
