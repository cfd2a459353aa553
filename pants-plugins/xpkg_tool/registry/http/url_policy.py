"""Where a request goes, and where a server may send us: the rules that protect credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, publish_error
from xpkg_tool.oci.reference import split_port
from xpkg_tool.registry.http.addresses import Network, may_lead, named_network

# A name, an IPv4 address, or an IPv6 address (without a zone ID, which is specific to a machine).
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_PORTS = {"http": 80, "https": 443}
# Everything else in a query may be a secret (signed URLs, upload state).
_SHOWN_PARAMETERS = frozenset({"scope", "service", "mount", "from", "digest", "n", "last"})


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port (RFC 6454): what a credential belongs to."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Authorization:
    """An Authorization header's value, and the only origin that may see it."""

    origin: Origin
    header: str = field(repr=False)


def origin_of(url: str) -> Origin:
    """The origin of a URL. Raises ValueError for anything but an http(s) URL, and for one that
    programs parse in different ways: the origin must be where the request goes."""
    parts = urlsplit(url)
    host, port = parts.hostname, parts.port
    if parts.scheme not in _PORTS or not host or port == 0 or not (url.isascii() and _clean(url)):
        raise ValueError("not an http(s) URL")
    if not _HOST.fullmatch(split_port(parts.netloc.rpartition("@")[2])[0]):
        raise ValueError("not a host")
    return Origin(parts.scheme, host.lower(), port or _PORTS[parts.scheme])


def authority(url: str) -> str:
    """`host[:port]` of a URL, as written: without a user, and without what follows."""
    return urlsplit(url).netloc.rpartition("@")[2]


def redacted(url: str) -> str:
    """`url` as a message may show it: without a user, and with harmless query parameters only."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        query = [(k, v) for k, v in parse_qsl(parts.query) if k in _SHOWN_PARAMETERS]
    except ValueError:
        return "(an unreadable URL)"
    return urlunsplit(
        SplitResult(parts.scheme, netloc, parts.path, urlencode(query, safe=":/,"), "")
    )


def follow(base: str, location: str, what: str) -> str:
    """The absolute URL for `location` (of a redirect, an upload or a token service, as `what` says)
    relative to `base`. Raises PublishError if following it would be unsafe: another protocol; plain
    http from https, or from this machine to another one; another host that is, by its name alone,
    in a network to which this one may not lead (addresses.may_lead). Names are checked when they
    are resolved (destinations)."""
    try:
        url = urljoin(base, location.strip())
        parts = urlsplit(url)
        target, source = origin_of(url), origin_of(base)
    except ValueError:
        raise _refused(base, what, "is not an http(s) URL") from None
    network, there = named_network(source.host) or Network.PUBLIC, named_network(target.host)
    if target.scheme == "http" and source.scheme == "https":
        raise _refused(base, what, "goes from https to plain http")
    if target.host != source.host and there is not None and not may_lead(network, there):
        raise _refused(base, what, "goes to a private address on another host")
    if target.scheme == "http" and network is Network.LOOPBACK and there is not Network.LOOPBACK:
        # Nobody declared the registry insecure: on this machine plain http is the default.
        raise _refused(base, what, "goes to plain http on another machine")
    # A user in the URL would be sent as a credential.
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


def _clean(url: str) -> bool:
    """Whether it has no character that some parsers drop, stop at, or treat as a slash."""
    return url.isprintable() and "\\" not in url


def _refused(base: str, what: str, why: str) -> PublishError:
    return publish_error(
        REGISTRY,
        f"The registry at {authority(base)} sent {what} that {why}; it was not followed",
        "Ask its administrator to correct the address that the registry returns (behind a proxy: "
        "the external URL, X-Forwarded-Proto).",
    )
