"""A connection to one registry: what all requests to it share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xpkg_tool.oci.reference import scheme_of
from xpkg_tool.registry.auth.authorizer import PULL, PUSH, Authorizer
from xpkg_tool.registry.auth.credential import Credential
from xpkg_tool.registry.auth.keychain import Answers, find_credential
from xpkg_tool.registry.http.client import Wire, urls
from xpkg_tool.registry.http.retry import Clock, RetryPolicy
from xpkg_tool.registry.http.transport import Transport
from xpkg_tool.registry.http.url_policy import origin_of
from xpkg_tool.registry.repository import Repository

__all__ = ["PULL", "PUSH", "Connection", "connect"]


@dataclass(frozen=True)
class Connection:
    """What requests to one registry share: connections, probe, tokens. Usable from several threads.
    Close it."""

    registry: str
    scheme: str
    transport: Transport
    authorizer: Authorizer
    _wire: Wire

    def expect(self, repositories: Sequence[str]) -> None:
        """Announces which repositories will be used, so that they can share tokens."""
        self.authorizer.expect(repositories)

    def repository(self, name: str, mount_from: Sequence[str] = ()) -> Repository:
        """`mount_from` are repositories of this registry from which blobs may be mounted. The
        requests that are made for this repository are counted by its own transport."""
        if mount_from:
            self.authorizer.also_read(name, mount_from)
        addresses = urls(self.scheme, self.registry, name)
        return Repository(self.transport.part(), self.authorizer, addresses, name)

    @property
    def requests(self) -> int:
        """The number of requests sent so far, including those for tokens."""
        return self.transport.requests

    def close(self) -> None:
        self._wire.close()


def connect(
    registry: str,
    env: Mapping[str, str],
    *,
    insecure: bool = False,
    ca_file: str = "",
    actions: str = PUSH,
    policy: RetryPolicy | None = None,
    clock: Clock | None = None,
    wire: Wire | None = None,
) -> Connection:
    """A connection to `registry` (`host[:port]`); nothing is sent before it is used. `insecure`
    means plain http; `ca_file` is a PEM file with authorities to trust in addition to the usual
    ones (raises PublishError if it is not one). `env` is where credentials are looked up
    (keychain.find_credential); `actions` (PUSH or PULL) is the access to request."""

    answers: Answers = {}

    def credential(repository: str) -> Credential:
        return find_credential(registry, repository, env, answers=answers)

    scheme = scheme_of(registry, insecure=insecure)
    probe = urls(scheme, registry, "").probe
    wire = wire or Wire(ca_file=ca_file, home=origin_of(probe))
    policy, clock = policy or RetryPolicy(), clock or Clock()
    transport = Transport(registry, wire, policy, clock, reading=actions == PULL)
    authorizer = Authorizer(transport, probe, credential, actions)
    return Connection(registry, scheme, transport, authorizer, wire)
