"""Proxies, IPv6, ports, and the two names of Docker Hub."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, running
from tests.xpkg_tool.registry.faults.certificates import Authority
from tests.xpkg_tool.registry.faults.tunnel import tunnel
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port, error
from xpkg_tool.publish.push import PushResult
from xpkg_tool.registry.http.retry import RetryPolicy

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*VARIABLES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("::1", "[::1]"),
        ("::1", "[0:0:0:0:0:0:0:1]"),
    ],
)
def test_loopback_needs_no_proxy(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, variable: str, host: str, name: str
) -> None:
    monkeypatch.setenv(variable, f"http://user:canary@{closed_port()}")
    with running("basic", host=host) as registry:
        pusher.login(f"{name}:{registry.port}", USER, PASSWORD)
        (outcome,) = pusher.push(f"{name}:{registry.port}/a/b:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_a_repository_of_many_parts(pusher: Pusher) -> None:
    """A registry below a path of its host (as Artifactory and GitLab have it) is that to us."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        name = "group/sub-group/project_x/docker.local/provider"
        (outcome,) = pusher.push(f"{registry.address}/{name}:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag(name, "v1") == HYBRID_DIGEST


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy", "HTTP_PROXY"])
def test_plain_http_through_a_proxy(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """The registry is the proxy here, and sees whole addresses."""
    with running("basic") as registry:
        monkeypatch.setenv(variable, f"http://proxy-user:canary-proxy@{registry.address}")
        pusher.insecure.add("registry.test:5000")
        pusher.login("registry.test:5000", USER, PASSWORD)
        (outcome,) = pusher.push("registry.test:5000/a/b:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
        assert {s.target.split("/v2/")[0] for s in registry.seen} == {"http://registry.test:5000"}


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy", "HTTPS_PROXY"])
def test_tls_through_a_proxy(
    pusher: Pusher, monkeypatch: pytest.MonkeyPatch, authority: Authority, variable: str
) -> None:
    """The proxy sees host, port and its own credential; the registry sees its own alone."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    context = authority.server("registry.test")
    with running("basic", tls=context) as registry, tunnel(registry.port) as proxy:
        monkeypatch.setenv(variable, f"http://proxy-user:canary-proxy@{proxy.address}")
        pusher.login("registry.test:5000", USER, PASSWORD)
        (outcome,) = pusher.push("registry.test:5000/a/b:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert set(proxy.targets) == {"registry.test:5000"}
        given = base64.b64encode(b"proxy-user:canary-proxy").decode()
        assert set(proxy.credentials) == {f"Basic {given}"}
        assert not any("proxy-authorization" in s.headers for s in registry.seen)


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_refuses(pusher: Pusher, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with tunnel(0) as proxy:
        proxy.status = status
        monkeypatch.setenv("https_proxy", f"http://user:canary@{proxy.address}")
        assert "the proxy could not be used (4 attempts)" in error(pusher, "registry.test")


@pytest.mark.parametrize("address", ["socks5://user:canary@127.0.0.1:1", "http://"])
def test_a_proxy_of_no_use(pusher: Pusher, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """It says that it is the proxy, not the registry, and tries once."""
    monkeypatch.setenv("https_proxy", address)
    (outcome,) = pusher.push("registry.test/a/b:v1")
    assert "the proxy in the environment cannot be used" in str(outcome)
    assert "https_proxy" in str(outcome)
    assert "canary" not in str(outcome)
    assert pusher.slept == []


def test_no_proxy(pusher: Pusher, monkeypatch: pytest.MonkeyPatch) -> None:
    with tunnel(0) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        monkeypatch.setenv("no_proxy", "other.invalid,registry.invalid")
        pusher.policy = RetryPolicy(attempts=1)
        error(pusher, "registry.invalid")
        assert proxy.targets == []


@pytest.mark.parametrize("name", ["docker.io", "index.docker.io"])
def test_docker_hub(
    pusher: Pusher,
    monkeypatch: pytest.MonkeyPatch,
    authority: Authority,
    tmp_path: Path,
    name: str,
) -> None:
    """Both names are one registry, and its credential lies under a name of its own."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    context = authority.server("index.docker.io")
    with running("token", tls=context) as registry, tunnel(registry.port) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        registry.realm = "https://index.docker.io/token"
        pusher.login("https://index.docker.io/v1/", USER, PASSWORD)
        (outcome,) = pusher.push(f"{name}/a/b:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert set(proxy.targets) == {"index.docker.io:443"}
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
    assert json.loads((tmp_path / "config.json").read_text())["auths"].keys() == {
        "https://index.docker.io/v1/"
    }
