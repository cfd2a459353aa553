"""Requests a token from a token service.

https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md and, for
identity tokens, oauth.md."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from xpkg_tool.registry.auth.credential import Credential
from xpkg_tool.registry.http.client import Response
from xpkg_tool.registry.http.transport import Transport
from xpkg_tool.registry.http.url_policy import Authorization, origin_of

_CLIENT = "pants-xpkg"


def request_token(
    transport: Transport,
    realm: str,
    parameters: list[tuple[str, str]],
    scopes: Sequence[str],
    credential: Credential,
) -> Response:
    """The answer of the token service `realm`; `parameters` are those of the challenge. Raises
    Fault and PublishError."""
    if credential.identity_token:
        # Several scopes are separated by spaces (RFC 6749); in a GET they are repeated (token.md).
        form = [
            *parameters,
            ("scope", " ".join(scopes)),
            ("grant_type", "refresh_token"),
            ("client_id", _CLIENT),
            ("refresh_token", credential.identity_token),
        ]
        return transport.send(
            "POST",
            realm,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(form).encode(),
        )
    parameters = [*parameters, *(("scope", scope) for scope in scopes)]
    separator = "&" if urlsplit(realm).query else "?"
    basic = (
        Authorization(origin_of(realm), basic_header(credential)) if credential.username else None
    )
    return transport.send("GET", realm + separator + urlencode(parameters), authorization=basic)


def basic_header(credential: Credential) -> str:
    """The value of an Authorization header."""
    pair = f"{credential.username}:{credential.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def token_in(response: Response) -> str:
    """The token in the answer, or "" if there is none that can go into a header: printable ASCII
    without spaces."""
    try:
        # Numbers are not used, and parsing an integer of millions of digits takes minutes.
        data = json.loads(response.body, parse_int=float) if response.status == 200 else {}
        token = data.get("token") or data.get("access_token") or ""
    except (ValueError, AttributeError, RecursionError):
        return ""
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and " " not in token
    return token if usable else ""
