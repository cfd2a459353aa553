"""Who we are, for one registry: probes it, and answers its challenge with a credential."""

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
from xpkg_tool.registry.http.url_policy import Authorization, follow, origin_of

# What a token may say of repositories, in bytes before it is encoded (and signed, and put into a
# header, for which 8 KiB is a usual limit), and what it says of each beside its name.
_ACCESS_BYTES = 3000
_ENTRY_BYTES = 60
# What a token is to allow (the distribution project's scope.md).
PULL, PUSH = "pull", "pull,push"


class Authorizer:
    """Authorizations for one registry, for any thread. Probes `/v2/` once, and asks for one token
    for several repositories where it knows of them, else for each. For publishing it has the scope
    `pull,push` at once: a token with less is not widened by most registries' clients, and a second
    one costs a request. For reading it has `pull` alone: some registries refuse more to those who
    may only read."""

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
        # The host whose challenge was not answered because it is not the registry's.
        self._stranger = ""
        self._credentials: dict[str, Credential] = {}
        self._authorizations: dict[str, Authorization | None] = {}
        self._sources: dict[str, tuple[str, ...]] = {}
        self._expected: dict[str, None] = {}
        # What the token for a repository was asked to allow, whatever it allows.
        self._asked: dict[str, frozenset[str]] = {}
        self._lock = threading.RLock()

    def expect(self, repositories: Sequence[str]) -> None:
        """Says which repositories will be asked for: they share tokens."""
        with self._lock:
            new = [name for name in repositories if name not in self._authorizations]
            self._expected.update(dict.fromkeys(new))

    def also_read(self, repository: str, sources: Sequence[str]) -> None:
        """Says that tokens for `repository` are to allow reading `sources` too (to mount from). One
        that was not asked to is given up."""
        with self._lock:
            self._sources[repository] = tuple(s for s in sources if s != repository)
            if not self._asked.get(repository, frozenset()).issuperset(sources):
                self._authorizations.pop(repository, None)

    def authorization(
        self, repository: str, *, refused: Authorization | None = None
    ) -> Authorization | None:
        """What to send for `repository`; None where the registry asks for nothing. `refused` is
        what it does not take any more: a new token is asked for, unless somebody did meanwhile.
        Raises PublishError."""
        with self._lock:
            known = repository in self._authorizations
            if not known or (refused and self._authorizations[repository] is refused):
                self._authorizations.update(self._answer(repository))
            return self._authorizations[repository]

    def can_renew(self) -> bool:
        return self._challenge is not None and self._challenge.scheme == "bearer"

    def denied(self, repository: str, response: Response) -> PublishError:
        """The error for a 401 or 403 that came in spite of all that. It is one text for all
        repositories for which the same is wrong: its place says which one was asked for."""
        if self._stranger:
            return publish_error(
                DENIED,
                f"The registry {self._transport.name} leads to another host, {self._stranger}, "
                "which wants to know who is asking; credentials are sent to "
                "nobody but the registry that they are for",
                "If you know that host and trust it, name it as the registry; else ask the "
                "administrator of the one that you named.",
            )
        credential = self._credential(repository)
        registry = self._transport.name
        login = f"Log in with `docker login {registry}`"
        doing, right = ("publishing", "push to") if self._actions == PUSH else ("reading", "read")
        if credential.is_anonymous:
            return publish_error(
                DENIED,
                f"The registry {registry} wants to know who is {doing} (status {response.status}), "
                f"and there is no credential for it ({credential.source})",
                f"{login}, or put one into docker's config.json.",
            )
        if response.status == 401 and not self.can_renew():
            message = f"The registry {registry} does not accept the user name and password"
            remedy = f"{login}, or correct them there."
        else:
            message = (
                f"The registry {registry} does not allow {self._actions} (status "
                f"{response.status}) with the credential"
            )
            remedy = f"Give that user the right to {right} it, or log in as another: {login[7:]}."
        return publish_error(DENIED, f"{message} from {credential.source}", remedy)

    def _credential(self, repository: str) -> Credential:
        if repository not in self._credentials:
            self._credentials[repository] = self._find_credential(repository)
        return self._credentials[repository]

    def _has(self, repository: str, credential: Credential) -> bool:
        try:
            return self._credential(repository) == credential
        except PublishError:
            # It comes again when that repository is asked for.
            return False

    def _answer(self, repository: str) -> dict[str, Authorization | None]:
        """For the repository, and for those that got the same token."""
        challenge = self._probe()
        if challenge is None:
            return {repository: None}
        credential = self._credential(repository)
        if challenge.scheme == "bearer":
            return dict(self._bearer_for_several(challenge, repository, credential))
        if credential.username:
            return {repository: Authorization(origin_of(self._probe_url), basic_header(credential))}
        if credential.is_anonymous:
            # Some registries let everyone read and, here and there, write: the answer will tell.
            return {repository: None}
        raise publish_error(
            DENIED,
            f"The registry {self._transport.name} wants a user name and password, and there is "
            f"only a token in {credential.source}",
            f"Log in with `docker login {self._transport.name}`.",
        )

    def _probe(self) -> Challenge | None:
        if self._failure is not None:
            # A registry that is down stays so for the run's other references.
            raise self._failure
        if not self._probed:
            try:
                self._challenge = self._ask()
            except PublishError as error:
                self._failure = error
                raise
            self._probed = True
        return self._challenge

    def _ask(self) -> Challenge | None:
        response = self._transport.retrying(lambda: self._transport.send("GET", self._probe_url))
        if response.status == 200:
            return None
        home, answered = origin_of(self._probe_url), origin_of(response.url)
        if response.status == 401 and answered != home:
            # Whoever that is, it must not say where the registry's credential is sent. Without one
            # it can be used: some registries lead everybody to another one that all may read.
            self._stranger = answered.host
            return None
        if response.status != 401:
            raise self._transport.error(
                f"does not answer as a registry does (status {response.status} for /v2/)",
                "Check its name and port.",
            )
        challenge = choose(response.headers.get("www-authenticate", ""))
        if challenge is None:
            raise self._transport.error(
                "asks for authentication in a way that is neither basic nor bearer",
                "Ask its administrator for a registry API that docker can log in to.",
            )
        return challenge

    def _bearer_for_several(
        self, challenge: Challenge, repository: str, credential: Credential
    ) -> dict[str, Authorization]:
        # What a token did not suffice for was expected once: then it gets one of its own.
        self._expected.pop(repository, None)
        several, room = [repository], _ACCESS_BYTES
        for name in self._expected:
            room -= _ENTRY_BYTES + len(name)
            if room > 0 and self._has(name, credential):
                several.append(name)
        for name in several:
            self._expected.pop(name, None)
        scopes = [f"repository:{name}:{self._actions}" for name in several]
        sources = [name for name in self._sources.get(repository, ()) if name not in several]
        scopes += [f"repository:{name}:{PULL}" for name in sources]
        self._asked.update(dict.fromkeys(several, frozenset([*several, *sources])))
        if len(scopes) > 1:
            token = self._bearer(challenge, repository, credential, scopes)
            if token is not None:
                return dict.fromkeys(several, token)
        # A service may refuse all for the sake of one, or know nothing of several.
        token = self._bearer(challenge, repository, credential, scopes[:1])
        assert token is not None
        return {repository: token}

    def _bearer(
        self, challenge: Challenge, repository: str, credential: Credential, scopes: Sequence[str]
    ) -> Authorization | None:
        """None where the service refuses several scopes; raises PublishError where it is one."""
        home = origin_of(self._probe_url)
        if credential.registry_token:
            return Authorization(home, f"Bearer {credential.registry_token}")
        realm = challenge.parameters.get("realm", "")
        if not _is_absolute(realm):
            raise self._transport.error(
                "names no token service in its challenge", "Ask its administrator."
            )
        realm = follow(self._probe_url, realm, "the address of a token service")
        service = challenge.parameters.get("service", "")
        parameters = [("service", service)] if service else []
        response = self._transport.retrying(
            lambda: request_token(self._transport, realm, parameters, scopes, credential)
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
                f"has a token service that gives no token (status {response.status})",
                "Ask its administrator.",
            )
        return Authorization(home, f"Bearer {token}")


def _is_absolute(url: str) -> bool:
    try:
        return bool(urlsplit(url).netloc)
    except ValueError:
        return False
