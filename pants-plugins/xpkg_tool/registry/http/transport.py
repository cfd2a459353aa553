"""One request to a registry, as it should be made: safe redirects, credentials that stay at home,
and what may pass told from what will not."""

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
from xpkg_tool.registry.http.url_policy import Authorization, follow, origin_of, redacted

T = TypeVar("T")
OpenBody = Callable[[], Body]

_MAX_REDIRECTS = 5
# 307 and 308 keep method and body; the others turn a write into something else.
_REDIRECTS_READ = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_WRITE = frozenset({307, 308})


class Transport:
    """Requests to the registry `name` (for messages). `requests` counts those that were sent.
    Usable from several threads."""

    def __init__(self, name: str, wire: Wire, policy: RetryPolicy, clock: Clock) -> None:
        self.name = name
        self.requests = 0
        self._counting = threading.Lock()
        self._wire = wire
        self._policy = policy
        self._clock = clock

    def retrying(self, action: Callable[[], T]) -> T:
        """`action()`, again while it raises Fault and the policy allows; raises PublishError."""
        try:
            return retrying(action, self._policy, self._clock)
        except GaveUp as error:
            tries = "1 attempt" if error.attempts == 1 else f"{error.attempts} attempts"
            raise publish_error(
                REGISTRY,
                f"The registry {self.name} could not be used: {error.reason} ({tries})",
                "Check that it runs, that its name and port are right and that this machine "
                "reaches it (proxy, VPN); then try again: what is there is not sent twice.",
            ) from None

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
        """The answer to one request, redirects followed. A body that is a function is opened anew
        for every hop; with `stream` that of the answer is a stream. Raises Fault for a status or a
        connection that may do better next time, and PublishError for what will not.
        `authorization` is sent to its own origin only, and a body to where it was meant to go: a
        redirect to another origin is an error then."""
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._once(method, url, headers or {}, body, authorization, stream)
            kinds = _REDIRECTS_READ if method in ("GET", "HEAD") else _REDIRECTS_WRITE
            location = response.headers.get("location")
            if response.status not in kinds or not location:
                return response
            target = follow(url, location, "a redirect")
            if body and origin_of(target) != origin_of(url):
                # It may hold a credential (a token service is sent an identity token), and it is
                # meant for the one that it was sent to.
                raise self.error(
                    f"redirects a request with a body, {method} {redacted(url)}, to another host "
                    "or port, which was not followed",
                    "Ask its administrator to have the registry (or its token service) give the "
                    "right address at once, such as in the Location of an upload.",
                )
            url = target
        raise self.error(
            f"sent more than {_MAX_REDIRECTS} redirects for {redacted(url)}",
            "Ask its administrator.",
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
        with self._counting:
            self.requests += 1
        opened = body() if callable(body) else body
        try:
            response = self._wire.exchange(method, url, sent, opened, stream=stream)
        except NotTrusted as error:
            raise self.error(
                f"is not trusted: {error}",
                "If its certificate comes from an authority of your own, name that as the "
                "registry's `ca_file` (or in REQUESTS_CA_BUNDLE); if it speaks plain http, declare "
                "it `insecure`.",
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
            # By the registry's own clock where it tells: that of this machine may be wrong.
            now = parse_date(response.headers.get("date")) or self._clock.now()
            retry_after = parse_retry_after(response.headers.get("retry-after"), now)
            raise Fault(f"it answers with status {response.status}", retry_after)
        return response
