"""Who is asking: basic, tokens, and what goes wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID_DIGEST
from tests.xpkg_tool.registry.fake_registry import IDENTITY_TOKEN, PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.hostile_answers import REALMS
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.publish.push import PushResult


def test_basic(pusher: Pusher) -> None:
    with running("basic") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        assert registry.seen[0].authorization == ""
        assert all(s.authorization.startswith("Basic ") for s in registry.seen[1:])
        assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_basic_with_a_wrong_password(pusher: Pusher) -> None:
    with running("basic") as registry:
        pusher.login(registry.address, USER, "canary-wrong")
        message = error(pusher, registry)
        assert "does not accept the user name and password" in message
        assert registry.address in message
        assert pusher.config in message
        assert not registry.blobs
        assert pusher.slept == []


def test_basic_without_a_credential(pusher: Pusher) -> None:
    with running("basic") as registry:
        message = error(pusher, registry)
        assert "there is no credential for it" in message
        assert "no docker config" in message


def test_basic_with_only_a_token(pusher: Pusher) -> None:
    with running("basic") as registry:
        pusher.login(registry.address, USER, "", auth="", identitytoken=IDENTITY_TOKEN)
        assert "there is only a token in" in error(pusher, registry)


def test_token(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)
        # One token, with the whole scope at once.
        assert registry.issued == 1
        (asked,) = [s for s in registry.seen if s.path == "/token"]
        assert "scope=repository%3Aa%2Fb%3Apull%2Cpush" in asked.target
        assert asked.authorization.startswith("Basic ")
        others = [s for s in registry.seen if s.path not in ("/token", "/v2/")]
        assert {s.authorization for s in others} == {"Bearer canary-token-1"}


def test_one_token_for_several_repositories(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        outcomes = pusher.push(*(f"{registry.address}/r{n}:v1" for n in range(40)))
        assert all(isinstance(o, PushResult) for o in outcomes)
        assert registry.issued == 1


def test_a_token_has_to_fit_into_a_header(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        outcomes = pusher.push(*(f"{registry.address}/{'long' * 30}{n}:v1" for n in range(20)))
        assert all(isinstance(o, PushResult) for o in outcomes)
        assert registry.issued == 2
        assert max(len(s.target) for s in registry.seen if s.path == "/token") < 4096


@pytest.mark.parametrize("status", [400, 401, 403, 414])
def test_a_token_service_that_refuses_several_scopes(pusher: Pusher, status: int) -> None:
    fault = Fault("GET", "/token.*scope=.*scope=", nth=0, status=status)
    with running("token", fault) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        outcomes = pusher.push(f"{registry.address}/a:v1", f"{registry.address}/b:v1")
        assert all(isinstance(o, PushResult) for o in outcomes)
        assert registry.issued == 2


def test_a_token_that_allows_one_repository_only(pusher: Pusher) -> None:
    """What a service grants may be less than what was requested."""
    with running("token") as registry:
        pusher.login(registry.address, USER, PASSWORD)
        registry.most_scopes = 1
        outcomes = pusher.push(f"{registry.address}/a:v1", f"{registry.address}/b:v1")
        assert all(isinstance(o, PushResult) for o in outcomes)
        assert registry.issued == 2


@pytest.mark.parametrize("works", [True, False])
def test_a_helper_is_asked_once(pusher: Pusher, works: bool) -> None:
    """Not for each repository: one that hangs would be waited for each time."""
    answer = f'{{"Username":"{USER}","Secret":"{PASSWORD}"}}' if works else ""
    program = pusher.folder / "docker-credential-once"
    program.write_text(f"#!/bin/sh\necho >>{pusher.folder}/asked\necho '{answer}'\n")
    program.chmod(0o755)
    pusher.env["PATH"] = str(pusher.folder)
    Path(pusher.config).write_text('{"credsStore": "once"}')
    with running("token") as registry:
        outcomes = pusher.push(*(f"{registry.address}/r{n}:v1" for n in range(20)))
        assert {isinstance(o, PushResult) for o in outcomes} == {works}
        assert (pusher.folder / "asked").read_text() == "\n"


def test_identity_token(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, "", identitytoken=IDENTITY_TOKEN)
        result(pusher, registry)
        (asked,) = [s for s in registry.seen if s.path == "/token"]
        assert (asked.method, asked.authorization) == ("POST", "")
        assert "canary" not in asked.target


@pytest.mark.parametrize("status", [307, 308])
def test_an_identity_token_goes_to_no_other_host(pusher: Pusher, status: int) -> None:
    """It is in the body of a POST, which those statuses would have sent again."""
    with running("token") as other, running("token") as registry:
        headers = {"Location": f"http://{other.address}/token?sig=canary"}
        registry.faults.append(Fault("POST", "/token", nth=0, status=status, headers=headers))
        pusher.login(registry.address, USER, "", identitytoken=IDENTITY_TOKEN)
        message = error(pusher, registry)
        assert "redirected a request with a body, POST" in message
        assert "the redirect was not followed" in message
        assert other.seen == []


@pytest.mark.parametrize("status", [307, 308])
def test_an_identity_token_follows_its_token_service(pusher: Pusher, status: int) -> None:
    with running("token") as registry:
        headers = {"Location": "/token"}
        registry.faults.append(Fault("POST", "/token", status=status, headers=headers))
        pusher.login(registry.address, USER, "", identitytoken=IDENTITY_TOKEN)
        result(pusher, registry)


def test_registry_token(pusher: Pusher) -> None:
    with running("token") as registry:
        registry.tokens["canary-given"] = ("repository:a/b:pull,push",)
        entry = {"auth": "", "registrytoken": "canary-given"}
        pusher.login(registry.address, "", "", **entry)
        result(pusher, registry)
        assert registry.count("", "/token") == 0


def test_token_with_a_wrong_password(pusher: Pusher) -> None:
    with running("token") as registry:
        pusher.login(registry.address, USER, "canary-wrong")
        message = error(pusher, registry)
        assert "does not accept the credential" in message
        assert pusher.config in message


def test_token_without_a_credential(pusher: Pusher) -> None:
    with running("token") as registry:
        assert "there is no credential for it" in error(pusher, registry)


def test_a_token_that_expires_is_renewed_once(pusher: Pusher) -> None:
    """401, a new token, 200; in the middle of an upload too."""
    for method in ("HEAD", "POST", "PUT"):
        path = "manifests" if method == "HEAD" else "uploads"
        with running("token", Fault(method, path, status=401)) as registry:
            pusher.login(registry.address, USER, PASSWORD)
            result(pusher, registry)
            assert registry.issued == 2
            assert registry.tag("a/b", "v1") == HYBRID_DIGEST


def test_in_spite_of_a_new_token(pusher: Pusher) -> None:
    """Names scope and source."""
    with running("token", Fault("POST", "uploads", nth=0, status=401)) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        message = error(pusher, registry)
        assert "does not allow pull,push (status 401)" in message
        assert pusher.config in message
        assert registry.issued == 2
        assert registry.count("POST", "uploads") == 2


def test_is_final(pusher: Pusher) -> None:
    for auth in ("token", "basic"):
        with running(auth, Fault("POST", "uploads", nth=0, status=403)) as registry:
            pusher.login(registry.address, USER, PASSWORD)
            assert "does not allow pull,push (status 403)" in error(pusher, registry)
            assert registry.count("POST", "uploads") == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"token": 1}', b'{"token": "x\\r\\nX-Evil: canary"}', b"[" * 99999],
    ids=["empty", "list", "number", "line-break", "deep"],
)
def test_a_token_service_that_gives_no_token(pusher: Pusher, body: bytes) -> None:
    with running("token", Fault("GET", "/token", nth=0, status=200, body=body)) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        assert "returns no token" in error(pusher, registry)


@pytest.mark.parametrize("realm", ["file:///etc/passwd", "", "token", "//", *REALMS])
def test_a_realm_that_is_no_address(pusher: Pusher, realm: str) -> None:
    header = {"WWW-Authenticate": f'Bearer realm="{realm}"'}
    with running("", Fault("GET", "/v2/", status=401, headers=header)) as registry:
        pusher.login(registry.address, USER, PASSWORD)
        message = error(pusher, registry)
        assert "token service" in message
        assert len(registry.seen) == 1


@pytest.mark.parametrize("scheme", ["basic", "token"])
@pytest.mark.parametrize("own", ["", "basic", "token"])
def test_a_challenge_of_another_host_is_not_answered(pusher: Pusher, scheme: str, own: str) -> None:
    """Where `/v2/` leads there, its realm must not be sent the registry's password."""
    with running(scheme) as other, running(own) as registry:
        headers = {"Location": f"http://{other.address}/v2/"}
        registry.faults.append(Fault("GET", "/v2/$", nth=0, status=307, headers=headers))
        pusher.login(registry.address, USER, PASSWORD)
        if own:
            message = error(pusher, registry)
            assert "redirects to another host, 127.0.0.1" in message
            assert "only to the registry that they are for" in message
        else:
            # To a registry that asks for nothing, nothing needs to be sent.
            result(pusher, registry)
        assert [s.path for s in other.seen] == ["/v2/"]
        assert {s.authorization for s in (*other.seen, *registry.seen)} == {""}


def test_a_challenge_after_a_redirect_to_the_registry_itself(pusher: Pusher) -> None:
    with running("token") as registry:
        headers = {"Location": "/v2/?again"}
        registry.faults.append(Fault("GET", "/v2/$", nth=0, status=307, headers=headers))
        pusher.login(registry.address, USER, PASSWORD)
        result(pusher, registry)


def test_an_unknown_challenge(pusher: Pusher) -> None:
    header = {"WWW-Authenticate": "Negotiate"}
    with running("", Fault("GET", "/v2/", status=401, headers=header)) as registry:
        assert "neither basic nor bearer" in error(pusher, registry)


def test_not_a_registry(pusher: Pusher) -> None:
    with running("", Fault("GET", "/v2/", status=404)) as registry:
        assert "does not answer like a registry (status 404" in error(pusher, registry)


def test_netrc_is_not_read(pusher: Pusher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login canary password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with running() as registry:
        result(pusher, registry)
        assert {s.authorization for s in registry.seen} == {""}
