"""Who we are, for one registry: probes it, and answers its challenge with a credential.

https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md (bearer) and
oauth.md (identity tokens)."""

from __future__ import annotations

import base64
import json
from typing import Callable
from urllib.parse import urlencode, urlsplit

from xpkg_tool.publish_error import DENIED, PublishError, publish_error

from .challenge import Challenge, choose
from .credential import Credential
from .origin import Authorization, follow, origin_of
from .transport import Transport
from .wire import Response

_CLIENT = "pants-xpkg"
# What a token is to allow (the distribution project's scope.md).
PULL, PUSH = "pull", "pull,push"


class Authorizer:
    """Authorizations for one registry. Probes `/v2/` once, and asks for one token for each
    repository. For publishing it has the scope `pull,push` at once: a token with less is not
    widened by most registries' clients, and a second one costs a request. For reading it has `pull`
    alone: some registries refuse more to those who may only read."""

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
        self._credentials: dict[str, Credential] = {}
        self._authorizations: dict[str, Authorization | None] = {}

    def authorization(self, repository: str, *, renew: bool = False) -> Authorization | None:
        """What to send for `repository`; None where the registry asks for nothing. `renew` drops
        a token that was refused. Raises PublishError."""
        if renew:
            self._authorizations.pop(repository, None)
        if repository not in self._authorizations:
            self._authorizations[repository] = self._answer(repository)
        return self._authorizations[repository]

    def can_renew(self) -> bool:
        return self._challenge is not None and self._challenge.scheme == "bearer"

    def denied(self, repository: str, response: Response) -> PublishError:
        """The error for a 401 or 403 that came in spite of all that."""
        credential = self._credential(repository)
        registry = self._transport.name
        login = f"Log in with `docker login {registry}`"
        doing, right = (
            ("publishing to", "push to") if self._actions == PUSH else ("reading", "read")
        )
        if credential.is_anonymous:
            return publish_error(
                DENIED,
                f"The registry {registry} wants to know who is {doing} {repository} (status "
                f"{response.status}), and there is no credential for it ({credential.source})",
                f"{login}, or put one into docker's config.json.",
            )
        if response.status == 401 and not self.can_renew():
            message = f"The registry {registry} does not accept the user name and password"
            remedy = f"{login}, or correct them there."
        else:
            message = (
                f"The registry {registry} does not allow {self._actions} of {repository} (status "
                f"{response.status}) with the credential"
            )
            remedy = f"Give that user the right to {right} it, or log in as another: {login[7:]}."
        return publish_error(DENIED, f"{message} from {credential.source}", remedy)

    def _credential(self, repository: str) -> Credential:
        if repository not in self._credentials:
            self._credentials[repository] = self._find_credential(repository)
        return self._credentials[repository]

    def _answer(self, repository: str) -> Authorization | None:
        challenge = self._probe()
        if challenge is None:
            return None
        credential = self._credential(repository)
        if challenge.scheme == "bearer":
            return self._bearer(challenge, repository, credential)
        if credential.username:
            return Authorization(origin_of(self._probe_url), _basic(credential))
        if credential.is_anonymous:
            # Some registries let everyone read and, here and there, write: the answer will tell.
            return None
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

    def _bearer(
        self, challenge: Challenge, repository: str, credential: Credential
    ) -> Authorization:
        home = origin_of(self._probe_url)
        if credential.registry_token:
            return Authorization(home, f"Bearer {credential.registry_token}")
        realm = challenge.parameters.get("realm", "")
        if not urlsplit(realm).netloc:
            raise self._transport.error(
                "names no token service in its challenge", "Ask its administrator."
            )
        realm = follow(self._probe_url, realm, "the address of a token service")
        scope = f"repository:{repository}:{self._actions}"
        parameters = {"service": challenge.parameters.get("service", ""), "scope": scope}
        parameters = {name: value for name, value in parameters.items() if value}
        response = self._transport.retrying(
            lambda: self._request_token(realm, parameters, credential)
        )
        if response.status in (401, 403):
            if credential.is_anonymous:
                raise self.denied(repository, response)
            raise publish_error(
                DENIED,
                f"The token service of the registry {self._transport.name} does not accept the "
                f"credential from {credential.source} for {scope} (status {response.status})",
                f"Log in again with `docker login {self._transport.name}`.",
            )
        token = _token(response)
        if not token:
            raise self._transport.error(
                f"has a token service that gives no token (status {response.status})",
                "Ask its administrator.",
            )
        return Authorization(home, f"Bearer {token}")

    def _request_token(
        self, realm: str, parameters: dict[str, str], credential: Credential
    ) -> Response:
        if credential.identity_token:
            form = {
                **parameters,
                "grant_type": "refresh_token",
                "client_id": _CLIENT,
                "refresh_token": credential.identity_token,
            }
            return self._transport.send(
                "POST",
                realm,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                body=urlencode(form).encode(),
            )
        separator = "&" if urlsplit(realm).query else "?"
        basic = Authorization(origin_of(realm), _basic(credential)) if credential.username else None
        return self._transport.send(
            "GET", realm + separator + urlencode(parameters), authorization=basic
        )


def _basic(credential: Credential) -> str:
    pair = f"{credential.username}:{credential.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _token(response: Response) -> str:
    """The token in the answer, or "". Printable ASCII without spaces: it goes into a header."""
    try:
        data = json.loads(response.body) if response.status == 200 else {}
        token = data.get("token") or data.get("access_token") or ""
    except (ValueError, AttributeError, RecursionError):
        return ""
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
    return token if usable else ""
