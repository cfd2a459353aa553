"""TLS fails closed, and plain http has to be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, running
from tests.xpkg_tool.registry.faults.certificates import Authority
from tests.xpkg_tool.registry.faults.tunnel import tunnel
from tests.xpkg_tool.registry.registry_tools import Pusher, error
from xpkg_tool.publish.push import PushResult

NAME = "registry.test"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """This process trusts the authority."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    return authority


@contextmanager
def registry_at(
    monkeypatch: pytest.MonkeyPatch, pusher: Pusher, registry: FakeRegistry
) -> Iterator[None]:
    """`registry` is reached as https://registry.test, by a user who has logged in there."""
    pusher.login(NAME, USER, PASSWORD)
    registry.realm = f"https://{NAME}/token"
    with tunnel(registry.port) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield
        assert set(proxy.targets) == {f"{NAME}:443"}


@pytest.mark.parametrize("auth", ["", "basic", "token"])
def test_own_authority(
    pusher: Pusher, trusted: Authority, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    with running(auth, tls=trusted.server(NAME)) as registry:
        with registry_at(monkeypatch, pusher, registry):
            (outcome,) = pusher.push(f"{NAME}/a/b:v1")
        assert isinstance(outcome, PushResult), str(outcome)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


@pytest.mark.parametrize("case", ["expired", "self-signed", "wrong host", "unknown authority"])
def test_fails_closed(
    pusher: Pusher,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    case: str,
) -> None:
    """At once, with nothing sent, and without a traceback; the message says which of them it is."""
    context = {
        "expired": lambda: authority.server(NAME, days=-1),
        "self-signed": lambda: authority.server(NAME, self_signed=True),
        "wrong host": lambda: authority.server("other.test"),
        "unknown authority": lambda: Authority(tmp_path).server(NAME),
    }[case]()
    reason = {
        "expired": "has expired",
        "self-signed": "is self-signed",
        "wrong host": "is for another host",
        "unknown authority": "is signed by an unknown authority",
    }[case]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with running("basic", tls=context) as registry, registry_at(monkeypatch, pusher, registry):
        message = error(pusher, NAME)
        assert f"The registry {NAME} is not trusted: its certificate {reason}" in message
        assert pusher.slept == []
        assert registry.seen == []


def test_plain_http_where_tls_is_expected(
    pusher: Pusher, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running("basic") as registry, registry_at(monkeypatch, pusher, registry):
        assert "does not speak TLS" in error(pusher, NAME)
        assert pusher.slept == []
        assert registry.seen == []


def test_insecure_is_for_one_registry(
    pusher: Pusher, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says plain http of the one that it names; it says nothing of others or of certificates."""
    pusher.insecure.add("other.test")
    context = trusted.server("wrong.test")
    with running(tls=context) as registry, registry_at(monkeypatch, pusher, registry):
        assert "is for another host" in error(pusher, NAME)
        assert registry.seen == []


def test_to_plain_http_from_https(
    pusher: Pusher, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an upload, nor a password."""
    for auth in ("", "token"):
        with running(auth, tls=trusted.server(NAME)) as registry, running() as plain:
            with registry_at(monkeypatch, pusher, registry):
                registry.realm = f"http://{plain.address}/token"
                registry.upload_base = f"http://{plain.address}"
                assert "goes from https to plain http" in error(pusher, NAME)
            assert plain.seen == []
