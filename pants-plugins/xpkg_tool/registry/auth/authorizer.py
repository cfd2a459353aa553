"""Authenticates to one registry: probes it, and answers its challenge with a credential."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Callable
from urllib.parse import urlsplit

from xpkg_tool.diagnostics.errors import DENIED, PublishError, publish_error
from xpkg_tool.registry.auth.challenge import Challenge, choose
from xpkg_tool.registry.auth.credential import Credential
from xpkg_tool.registry.auth.token_service import basic_header, request_token, token_in
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.transport import Transport
from xpkg_tool.registry.http.url_policy import Authorization, authority, follow, origin_of

# The size of the access list in a token, in bytes before it is encoded, signed and put into a
# header (8 KiB is a common limit), and the size of each entry in addition to the repository's name.
_ACCESS_BYTES = 3000
_ENTRY_BYTES = 60
# The actions of a token (the distribution project's scope.md).
PULL, PUSH = "pull", "pull,push"


class Authorizer:
    """Authorizations for one registry. Thread-safe. Probes `/v2/` once, and requests one token for
    several repositories if it knows of them, else one for each. For publishing it requests
    `pull,push` at once, because a second token would cost a request. For reading it requests only
    `pull`, because some registries refuse more to users who may only read."""

    def __init__(
        self,
        transport: Transport,
        probe_url: str,
        find_credential: Callable[[str], Credential],
        actions: str = PUSH,
    ) -> None:
        self._actions = actions
        self._transport = transport
        self._probe_url = probe_url
        self._find_credential = find_credential
        self._probed = False
        self._failure: PublishError | None = None
        self._challenge: Challenge | None = None
        # The host whose challenge was not answered because it is not the registry's own.
        self._foreign_host = ""
        self._credentials: dict[str, Credential] = {}
        self._authorizations: dict[str, Authorization | None] = {}
        self._sources: dict[str, tuple[str, ...]] = {}
        self._expected: dict[str, None] = {}
        # The repositories that the token for a repository was requested for.
        self._requested: dict[str, frozenset[str]] = {}
        self._lock = threading.RLock()

    def expect(self, repositories: Sequence[str]) -> None:
        """Announces which repositories will be used, so that they can share tokens."""
        with self._lock:
            new = [name for name in repositories if name not in self._authorizations]
            self._expected.update(dict.fromkeys(new))

    def also_read(self, repository: str, sources: Sequence[str]) -> None:
        """Makes tokens for `repository` also allow reading `sources` (to mount from them). Drops
        the present token if it was not requested for them."""
        with self._lock:
            self._sources[repository] = tuple(s for s in sources if s != repository)
            if not self._requested.get(repository, frozenset()).issuperset(sources):
                self._authorizations.pop(repository, None)

    def authorization(
        self, repository: str, transport: Transport, *, refused: Authorization | None = None
    ) -> Authorization | None:
        """The authorization for `repository`, or None if the registry requires none. What has to be
        requested for it is sent by `transport`. `refused` is one that the registry no longer
        accepts: a new token is requested, unless another thread has done so already. Raises
        PublishError."""
        with self._lock:
            known = repository in self._authorizations
            if not known or (refused and self._authorizations[repository] is refused):
                self._authorizations.update(self._answer(repository, transport))
            return self._authorizations[repository]

    def can_renew(self) -> bool:
        return self._challenge is not None and self._challenge.scheme == "bearer"

    def denied(self, repository: str, response: Response) -> PublishError:
        """The error for a 401 or 403 in spite of our authorization. Its message is the same for all
        repositories with the same problem; its place says which one was requested."""
        if self._foreign_host:
            return publish_error(
                DENIED,
                f"The registry {self._transport.name} redirects to another host, "
                f"{self._foreign_host}, which requires authentication; credentials are sent only "
                "to the registry that they are for",
                "If you know that host and trust it, name it as the registry; otherwise contact "
                "the administrator of the registry that you named.",
            )
        credential = self._credential(repository)
        registry = self._transport.name
        login = f"Log in with `docker login {registry}`"
        doing, right = ("publishing", "push to") if self._actions == PUSH else ("reading", "read")
        if credential.is_anonymous:
            return publish_error(
                DENIED,
                f"The registry {registry} requires authentication for {doing} (status "
                f"{response.status}), and there is no credential for it ({credential.source})",
                f"{login}, or add one to docker's config.json.",
            )
        if response.status == 401 and not self.can_renew():
            message = f"The registry {registry} does not accept the user name and password"
            remedy = f"{login}, or correct them there."
        else:
            message = (
                f"The registry {registry} does not allow {self._actions} (status "
                f"{response.status}) with the credential"
            )
            remedy = (
                f"Give that user the right to {right} it, or log in as another user with "
                f"`docker login {registry}`."
            )
        return publish_error(DENIED, f"{message} from {credential.source}", remedy)

    def _credential(self, repository: str) -> Credential:
        if repository not in self._credentials:
            self._credentials[repository] = self._find_credential(repository)
        return self._credentials[repository]

    def _has(self, repository: str, credential: Credential) -> bool:
        try:
            return self._credential(repository) == credential
        except PublishError:
            # The error is raised again when that repository is used.
            return False

    def _answer(self, repository: str, transport: Transport) -> dict[str, Authorization | None]:
        """The authorization for the repository, and for others that got the same token."""
        challenge = self._probe(transport)
        if challenge is None:
            return {repository: None}
        credential = self._credential(repository)
        if challenge.scheme == "bearer":
            return dict(self._bearer_for_several(challenge, repository, credential, transport))
        if credential.username:
            return {repository: Authorization(origin_of(self._probe_url), basic_header(credential))}
        if credential.is_anonymous:
            # Some registries allow anonymous reads, and a few anonymous writes: try it.
            return {repository: None}
        raise publish_error(
            DENIED,
            f"The registry {self._transport.name} requires a user name and password, but there is "
            f"only a token in {credential.source}",
            f"Log in with `docker login {self._transport.name}`.",
        )

    def _probe(self, transport: Transport) -> Challenge | None:
        if self._failure is not None:
            # A registry that is down counts as down for the other references of the run.
            raise self._failure
        if not self._probed:
            try:
                self._challenge = self._ask(transport)
            except PublishError as error:
                self._failure = error
                raise
            self._probed = True
        return self._challenge

    def _ask(self, transport: Transport) -> Challenge | None:
        response = transport.retrying(lambda: transport.send("GET", self._probe_url))
        if response.status == 200:
            return None
        home, answered = origin_of(self._probe_url), origin_of(response.url)
        if response.status == 401 and answered != home:
            # Another host must not decide where the registry's credential is sent. It can be used
            # without one: some registries redirect everyone to a public registry.
            self._foreign_host = answered.host
            return None
        if response.status != 401:
            raise self._transport.error(
                f"does not answer like a registry (status {response.status} for /v2/)",
                "Check its name and port.",
            )
        challenge = choose(response.headers.get("www-authenticate", ""))
        if challenge is None:
            raise self._transport.error(
                "requires an authentication scheme that is neither basic nor bearer",
                "Ask its administrator for a registry API that docker can log in to.",
            )
        return challenge

    def _bearer_for_several(
        self, challenge: Challenge, repository: str, credential: Credential, transport: Transport
    ) -> dict[str, Authorization]:
        # A repository whose shared token was not enough is not expected again: the next token is
        # for it alone.
        self._expected.pop(repository, None)
        several, room = [repository], _ACCESS_BYTES
        sources = dict.fromkeys(self._sources.get(repository, ()))
        for name in self._expected:
            more = [s for s in self._sources.get(name, ()) if s not in sources]
            room -= sum(_ENTRY_BYTES + len(entry) for entry in (name, *more))
            if room <= 0:
                break
            if self._has(name, credential):
                several.append(name)
                sources.update(dict.fromkeys(more))
        for name in several:
            self._expected.pop(name, None)
        scopes = [f"repository:{name}:{self._actions}" for name in several]
        scopes += [f"repository:{name}:{PULL}" for name in sources if name not in several]
        self._requested.update(dict.fromkeys(several, frozenset([*several, *sources])))
        if len(scopes) > 1:
            token = self._bearer(challenge, repository, credential, scopes, transport)
            if token is not None:
                return dict.fromkeys(several, token)
        # A service may refuse all scopes because of one, or not support several.
        token = self._bearer(challenge, repository, credential, scopes[:1], transport)
        assert token is not None
        return {repository: token}

    def _bearer(
        self,
        challenge: Challenge,
        repository: str,
        credential: Credential,
        scopes: Sequence[str],
        transport: Transport,
    ) -> Authorization | None:
        """None if the service refuses several scopes; raises PublishError if it refuses one."""
        home = origin_of(self._probe_url)
        if credential.registry_token:
            return Authorization(home, f"Bearer {credential.registry_token}")
        realm = challenge.parameters.get("realm", "")
        if not _is_absolute(realm):
            raise self._transport.error(
                "names no token service in its challenge", "Contact its administrator."
            )
        realm = follow(self._probe_url, realm, "the address of a token service")
        service = challenge.parameters.get("service", "")
        parameters = [("service", service)] if service else []
        response = transport.retrying(
            lambda: request_token(transport, realm, parameters, scopes, credential),
            token_service=authority(realm),
        )
        if 400 <= response.status < 500 and len(scopes) > 1:
            return None
        if response.status in (401, 403):
            if credential.is_anonymous:
                raise self.denied(repository, response)
            raise publish_error(
                DENIED,
                f"The token service of the registry {self._transport.name} does not accept the "
                f"credential from {credential.source} (status {response.status})",
                f"Log in again with `docker login {self._transport.name}`.",
            )
        token = token_in(response)
        if not token:
            raise self._transport.error(
                f"has a token service that returns no token (status {response.status})",
                "Contact its administrator.",
            )
        return Authorization(home, f"Bearer {token}")


def _is_absolute(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False
