"""Names that lead into private networks. Addresses decide, as they are when connecting."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.faults.certificates import Authority
from tests.xpkg_tool.registry.registry_tools import Pusher, error, result
from xpkg_tool.publish.push import PushResult
from xpkg_tool.registry.http import destinations
from xpkg_tool.registry.http.addresses import Address, Network, network_of
from xpkg_tool.registry.http.retry import RetryPolicy

# Loopback has many addresses; for these tests some of them are somewhere else.
_ELSEWHERE = {"127.0.0.2": Network.PUBLIC, "127.0.0.3": Network.PRIVATE, "127.0.0.4": Network.OTHER}
PUBLIC, PRIVATE, LINK, THIS_MACHINE = *_ELSEWHERE, "127.0.0.1"


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses of names, which are looked up nowhere else."""
    known: dict[str, list[str]] = {}
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str, port: Any, *rest: Any, **options: Any) -> list[Any]:
        found = []
        for address in known.get(host, [host]):
            ip_address(address)
            found += look_up(address, port, *rest, **options)
        return found

    def network(address: Address) -> Network:
        return _ELSEWHERE.get(str(address), network_of(address))

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(destinations, "network_of", network)
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    return known


# Where the registry is, and where it sends us; whether that is followed.
_CASES = [
    (PUBLIC, PUBLIC, True),
    (PUBLIC, PRIVATE, False),
    (PUBLIC, LINK, False),
    (PUBLIC, THIS_MACHINE, False),
    (PRIVATE, PUBLIC, True),
    (PRIVATE, PRIVATE, True),
    (PRIVATE, LINK, False),
    (PRIVATE, THIS_MACHINE, False),
    (THIS_MACHINE, PRIVATE, True),
    (THIS_MACHINE, LINK, False),
]
_KINDS = ["redirect", "upload", "realm"]


@pytest.mark.parametrize(("home", "there", "followed"), _CASES)
@pytest.mark.parametrize("kind", _KINDS)
def test_a_name_leads_where_its_address_is(
    pusher: Pusher, names: dict[str, list[str]], kind: str, home: str, there: str, followed: bool
) -> None:
    names.update({"registry.test": [home], "metadata.google.internal": [there]})
    pusher.policy = RetryPolicy(attempts=1)
    auth = "token" if kind == "realm" else ""
    with running(auth, host=home) as registry, running(auth, host=there) as other:
        name = f"registry.test:{registry.port}"
        place = f"http://metadata.google.internal:{other.port}"
        pusher.insecure.add(name)
        pusher.login(name, USER, PASSWORD)
        if kind == "realm":
            registry.realm = f"{place}/token"
            registry.tokens = other.tokens
        elif kind == "upload":
            registry.upload_base = place
            other.blobs, other.owners = registry.blobs, registry.owners
        else:
            headers = {"Location": f"{place}/x"}
            registry.faults.append(Fault("HEAD", "blobs", nth=0, status=307, headers=headers))
        (outcome,) = pusher.push(f"{name}/a/b:v1")
        assert isinstance(outcome, PushResult) is followed, str(outcome)
        assert bool(other.seen) is followed
        if not followed:
            assert "leads to metadata.google.internal, which has a private address" in str(outcome)


@pytest.mark.parametrize(("there", "followed"), [(PUBLIC, True), (THIS_MACHINE, False)])
def test_names_with_tls(
    pusher: Pusher,
    names: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: str,
    followed: bool,
) -> None:
    """A certificate is for the name, whatever address was chosen."""
    names.update({"registry.test": [PUBLIC], "cdn.test": [there]})
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    pusher.policy = RetryPolicy(attempts=1)
    with (
        running(tls=authority.server("registry.test"), host=PUBLIC) as registry,
        running(tls=authority.server("cdn.test"), host=there) as other,
    ):
        headers = {"Location": f"https://cdn.test:{other.port}/x"}
        registry.faults.append(Fault("HEAD", "blobs", nth=0, status=307, headers=headers))
        (outcome,) = pusher.push(f"registry.test:{registry.port}/a/b:v1")
        assert isinstance(outcome, PushResult) is followed, str(outcome)
        assert bool(other.seen) is followed


def test_of_several_addresses_only_the_allowed_ones_are_used(
    pusher: Pusher, names: dict[str, list[str]]
) -> None:
    names.update({"registry.test": [PUBLIC], "cdn.test": [THIS_MACHINE, PRIVATE, PUBLIC]})
    with running(host=PUBLIC) as registry:
        name = f"registry.test:{registry.port}"
        pusher.insecure.add(name)
        headers = {"Location": f"http://cdn.test:{registry.port}/x"}
        registry.faults.append(Fault("HEAD", "blobs", nth=0, status=307, headers=headers))
        assert isinstance(pusher.push(f"{name}/a/b:v1")[0], PushResult)


def test_another_port_of_the_registry_is_elsewhere(
    pusher: Pusher, names: dict[str, list[str]]
) -> None:
    """Its name may lead into this machine, the next time that it is looked up."""
    names["registry.test"] = [PUBLIC]

    def rebind(_: object) -> None:
        names["registry.test"] = [THIS_MACHINE]

    with running(host=PUBLIC) as registry, running() as other:
        name = f"registry.test:{registry.port}"
        pusher.insecure.add(name)
        headers = {"Location": f"http://registry.test:{other.port}/x"}
        registry.faults.append(
            Fault("HEAD", "blobs", nth=0, status=307, headers=headers, after=rebind)
        )
        assert "which has a private address" in error(pusher, name)
        assert other.seen == []


def test_a_registry_that_the_user_names_may_be_anywhere(
    pusher: Pusher, names: dict[str, list[str]]
) -> None:
    for home in (LINK, PRIVATE, THIS_MACHINE):
        names["registry.test"] = [home]
        with running("token", host=home) as registry:
            name = f"registry.test:{registry.port}"
            pusher.insecure.add(name)
            pusher.login(name, USER, PASSWORD)
            registry.realm = f"http://{name}/token"
            assert isinstance(pusher.push(f"{name}/a/b:v1")[0], PushResult)


def test_from_this_machine_to_plain_http_on_another(pusher: Pusher) -> None:
    """Nobody declared anything insecure: loopback is spoken to in plain http anyway."""
    with running("token") as registry:
        registry.realm = "http://auth.example.org/token"
        pusher.login(registry.address, USER, PASSWORD)
        assert "goes to plain http on another machine" in error(pusher, registry)
        registry.auth, registry.upload_base = "", "http://10.0.0.1"
        assert "goes to plain http on another machine" in error(pusher, registry)
    with running() as registry:
        registry.location = f"http://127.0.0.2:{registry.port}" + "{path}{id}"
        registry.upload_base = "unused"
        with running(host=PUBLIC) as other:
            registry.location = f"http://127.0.0.2:{other.port}" + "{path}{id}"
            other.blobs, other.owners = registry.blobs, registry.owners
            result(pusher, registry)
