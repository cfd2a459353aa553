"""Tokens that expire, scopes that do not suffice, token services that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST, make_archive
from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, FakeRegistry, Fault, running
from tests.xpkg_tool.registry.registry_tools import Pusher, closed_port, error, result
from xpkg_tool.oci.read.archive_reader import open_archive


def writes(registry: FakeRegistry) -> list[tuple[str, str]]:
    return [(s.method, s.path) for s in registry.seen if s.method in ("POST", "PUT")]


@pytest.mark.parametrize("uses", range(1, 12))
def test_a_token_that_expires_after_some_requests(pusher: Pusher, uses: int) -> None:
    """Wherever that is, one more request for a token, and one more for what was refused."""
    with running("token") as registry:
        registry.token_uses = uses
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST
        assert registry.issued > 1
        # 16 requests, and each token but the first one was asked for by one that was refused.
        assert len(registry.seen) - registry.issued - (registry.issued - 1) <= 16
        assert pusher.slept == []


def test_a_token_that_expires_in_the_middle_of_an_upload(pusher: Pusher, tmp_path: Path) -> None:
    """The registry refuses while the blob is still being sent, and does not read the rest."""
    archive = make_archive(tmp_path / "a", bytes(range(256)) * 4096)
    fault = Fault("PUT", "uploads", nth=2, status=401, early=True)
    with running("token", fault) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry, archive)
        assert registry.tag("a/b", "v1") == open_archive(str(archive)).digest


def test_a_scope_that_does_not_suffice(pusher: Pusher) -> None:
    """One refresh, then an error that names scope and source, and nothing written."""
    with running("token") as registry:
        registry.granted = "pull"
        pusher.login(registry.address, USER, PASSWORD)
        message = error(pusher, registry)
        assert "does not allow pull,push (status 401)" in message
        assert message.endswith(f"with the credential from {pusher.config}")
        assert registry.issued == 2
        assert {path for _, path in writes(registry)} == {"/v2/a/b/blobs/uploads/"}
        assert not registry.blobs
        assert not registry.manifests
        assert pusher.slept == []


def test_a_token_service_that_is_down(pusher: Pusher) -> None:
    """It is named, not the registry, which is well; without what a user or a query says."""
    with running("token") as registry:
        dead = closed_port()
        registry.realm = f"http://user:canary@{dead}/token?canary=1"
        pusher.login(registry.address, USER, PASSWORD)
        assert error(pusher, registry) == (
            f"The token service of the registry {registry.address}, {dead}, could not be used: "
            "connection refused (4 attempts)"
        )


def test_a_token_service_that_redirects_to_a_host_that_is_down(pusher: Pusher) -> None:
    dead = closed_port()
    headers = {"Location": f"http://user:canary@{dead}/token?canary=1"}
    with running("token", Fault("GET", "/token", nth=0, status=307, headers=headers)) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        assert f", redirects to {dead}, which could not be used: connection refused" in error(
            pusher, registry
        )


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_token_service_that_fails_for_a_time(pusher: Pusher, status: int) -> None:
    with running("token", Fault("GET", "/token", status=status, body=b"canary")) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert pusher.slept == [0.5]
        assert registry.issued == 1


@pytest.mark.parametrize("status", [400, 404, 418])
def test_a_token_service_that_says_something_else(pusher: Pusher, status: int) -> None:
    fault = Fault("GET", "/token", nth=0, status=status, body=b'{"token": "canary"}')
    with running("token", fault) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        assert f"a token service that returns no token (status {status})" in error(pusher, registry)
        assert registry.count("GET", "/token") == 1


def test_the_password_goes_to_the_token_service_only(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        basic = [s.path for s in registry.seen if s.authorization.startswith("Basic ")]
        assert basic == ["/token"]
