"""Requests to a registry, with safe redirects, credentials that go to their own origin only, and
errors that may be temporary distinguished from those that are not."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Callable, TypeVar

from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, publish_error
from xpkg_tool.registry.http.client import Body, NotTrusted, Response, Unusable, Wire
from xpkg_tool.registry.http.retry import (
    RETRIED_STATUSES,
    Clock,
    Fault,
    GaveUp,
    RetryPolicy,
    parse_date,
    parse_retry_after,
    retrying,
)
from xpkg_tool.registry.http.url_policy import Authorization, authority, follow, origin_of, redacted

T = TypeVar("T")
OpenBody = Callable[[], Body]

_MAX_REDIRECTS = 5
# 307 and 308 keep method and body; the others turn a write into something else.
_REDIRECTS_READ = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_WRITE = frozenset({307, 308})

_REACH_REGISTRY = (
    "Check that it is running, that its name and port are right and that this machine can reach it "
    "(proxy, VPN)"
)
_REACH_OTHER = (
    "Check that this machine can reach that host (proxy, VPN), and ask the registry's "
    "administrator whether it is the right one"
)


class Transport:
    """Requests to the registry `name` (for messages). `requests` counts those that were sent;
    they count for `whole` as well. With `reading`, errors speak of nothing that was sent.
    Thread-safe."""

    def __init__(
        self,
        name: str,
        wire: Wire,
        policy: RetryPolicy,
        clock: Clock,
        whole: Transport | None = None,
        *,
        reading: bool = False,
    ) -> None:
        self.name = name
        self._reading = reading
        self.requests = 0
        self._whole = whole
        self._counting = threading.Lock()
        self._wire = wire
        self._policy = policy
        self._clock = clock

    def part(self) -> Transport:
        """The same, with a count of its own: of what is requested for one package, for instance."""
        return Transport(
            self.name, self._wire, self._policy, self._clock, self, reading=self._reading
        )

    def retrying(self, action: Callable[[], T], *, token_service: str = "") -> T:
        """Calls `action`, and again while it raises Fault and the policy allows. `token_service`
        (`host[:port]`) is whom it asks, where that is not the registry itself. Raises
        PublishError."""
        try:
            return retrying(action, self._policy, self._clock)
        except GaveUp as error:
            tries = "1 attempt" if error.attempts == 1 else f"{error.attempts} attempts"
            who = self._who(error.host, token_service)
            elsewhere = error.host.lower() not in ("", self.name.lower())
            reach = _REACH_OTHER if elsewhere else _REACH_REGISTRY
            resumed = "" if self._reading else ": what has already been sent is not sent again"
            raise publish_error(
                REGISTRY,
                f"{who} could not be used: {error.reason} ({tries})",
                f"{reach}; then try again{resumed}.",
            ) from None

    def _who(self, host: str, token_service: str = "") -> str:
        """How a message names `host`: the registry, its token service, or where it leads."""
        if token_service:
            service = f"The token service of the registry {self.name}, {token_service},"
            return (
                service if host in ("", token_service) else f"{service} redirects to {host}, which"
            )
        if host.lower() in ("", self.name.lower()):
            return f"The registry {self.name}"
        return f"The registry {self.name} leads to {host}, which"

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | OpenBody | None = None,
        authorization: Authorization | None = None,
        stream: bool = False,
    ) -> Response:
        """Sends one request and follows redirects. If `body` is a function, it is called again for
        every hop; with `stream`, the body of the answer is a stream. Raises Fault for a status or a
        broken connection that may be temporary, and PublishError for other errors. `authorization`
        is sent only to its own origin; redirecting a request with a body to another origin is an
        error."""
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._once(method, url, headers or {}, body, authorization, stream)
            kinds = _REDIRECTS_READ if method in ("GET", "HEAD") else _REDIRECTS_WRITE
            location = response.headers.get("location")
            if response.status not in kinds or not location:
                return response
            target = follow(url, location, "a redirect")
            if body and origin_of(target) != origin_of(url):
                # The body may contain a credential (an identity token for a token service), and is
                # meant only for the original host.
                raise self.error(
                    f"redirected a request with a body, {method} {redacted(url)}, to another host "
                    "or port; the redirect was not followed",
                    "Ask its administrator to have the registry (or its token service) return the "
                    "right address in the first place, such as in the Location of an upload.",
                )
            url = target
        raise self.error(
            f"sent more than {_MAX_REDIRECTS} redirects for {redacted(url)}",
            "Contact its administrator.",
        )

    def error(self, what: str, remedy: str) -> PublishError:
        return publish_error(REGISTRY, f"The registry {self.name} {what}", remedy)

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | OpenBody | None,
        authorization: Authorization | None,
        stream: bool,
    ) -> Response:
        sent = dict(headers)
        if authorization is not None and authorization.origin == origin_of(url):
            sent["Authorization"] = authorization.header
        self._count()
        opened = body() if callable(body) else body
        try:
            response = self._wire.exchange(method, url, sent, opened, stream=stream)
        except NotTrusted as error:
            raise publish_error(
                REGISTRY,
                f"{self._who(authority(url))} is not trusted: {error}",
                "If its certificate is from your own authority, name that in the registry's "
                "`ca_file` (or in REQUESTS_CA_BUNDLE); if it uses plain http, declare it "
                "`insecure`.",
            ) from None
        except Unusable as error:
            raise self.error(
                f"cannot be used: {error} ({method} {redacted(url)})", error.remedy
            ) from None
        finally:
            close = getattr(opened, "close", None)
            if close is not None:
                close()
        if response.status in RETRIED_STATUSES:
            # Use the registry's own clock if it sends the time: this machine's may be wrong.
            now = parse_date(response.headers.get("date")) or self._clock.now()
            retry_after = parse_retry_after(response.headers.get("retry-after"), now)
            raise Fault(f"it answered with status {response.status}", retry_after, authority(url))
        return response

    def _count(self) -> None:
        with self._counting:
            self.requests += 1
        if self._whole is not None:
            self._whole._count()
