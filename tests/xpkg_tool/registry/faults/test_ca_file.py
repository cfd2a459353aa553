"""Authorities of one's own, by the option `ca_file` of a registry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, running
from tests.xpkg_tool.registry.faults.certificates import Authority
from tests.xpkg_tool.registry.faults.tunnel import tunnel
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.publish.push import Outcome, PushResult, push
from xpkg_tool.publish.settings import RegistrySettings

NAME = "registry.test"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def pushed(pusher: Pusher, ca_file: str, reference: str = f"{NAME}/a:v1") -> Outcome:
    settings = {NAME: RegistrySettings(ca_file=ca_file)}
    (outcome,) = push(str(HYBRID), [reference], env=pusher.env, settings=settings)
    return outcome


def test_ca_file(pusher: Pusher, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trusted for this registry, its token service too, and for no other one."""
    pusher.login(NAME, USER, PASSWORD)
    with running("token", tls=authority.server(NAME)) as registry:
        registry.realm = f"https://{NAME}/token"
        with tunnel(registry.port) as proxy:
            monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
            outcome = pushed(pusher, str(authority.bundle))
            assert isinstance(outcome, PushResult), str(outcome)
            assert registry.tag("a", "v1") == HYBRID_DIGEST
            refused = pushed(pusher, "")
            assert isinstance(refused, PublishError)
            assert "is not trusted" in str(refused) and "`ca_file`" in str(refused)


def test_ca_file_is_no_licence(
    pusher: Pusher, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its authorities may be wrong about the host's name, as all others."""
    with running(tls=authority.server("other.test")) as registry, tunnel(registry.port) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        outcome = pushed(pusher, str(authority.bundle))
        assert isinstance(outcome, PublishError) and "is not trusted" in str(outcome)
        assert registry.seen == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b"", "it contains no certificate in PEM format"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
        (b"\x30\x82\x00", "it contains no certificate in PEM format"),
    ],
)
def test_ca_file_that_is_none(
    pusher: Pusher, tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    outcome = pushed(pusher, str(path))
    assert isinstance(outcome, PublishError)
    assert f"The `ca_file` of the registry, {path}, cannot be used: " in str(outcome)
    assert why in str(outcome)
    assert outcome.finding.path == f"{NAME}/a:v1"
