"""The HTTP client: with adapter.py, the only module that uses oras-py and requests; everything
above it is typed.

From oras-py (0.2.43) we use the container's URLs. What we do not use, and why (all observed with
real registries):
- `oras.provider`: its session is one of requests, and importing it takes another 0.1 s, mostly for
  validating JSON against schemas.
- `Container.parse`: reads localhost/x as docker.io/localhost/x and accepts upper case. The parts of
  our own reference are put into the container instead.
- `do_request`: retries every exception for up to 131 seconds, has no timeouts, ignores Retry-After,
  and follows redirects with all headers.
- `upload_manifest`: re-serializes the JSON, which changes the digest, and refuses indexes.
- `upload_blob`: treats a 401 for HEAD as "does not exist", and reads the layer into memory.
- the auth backends: read other files than docker does, and request too small a scope.

Nor do we use requests' `Session.request`: it merges headers, cookies and hooks and looks for
proxies in the environment anew for each request (a third of its CPU time), sends credentials from
~/.netrc and the URL, and even if it does not follow a redirect, parses it and reads its whole body.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import oras.container
import requests
import urllib3

from xpkg_tool.oci.reference import is_loopback
from xpkg_tool.registry.http.adapter import BoundedAdapter, Endless
from xpkg_tool.registry.http.ca_bundle import TrustingAdapter
from xpkg_tool.registry.http.destinations import Destinations, Forbidden
from xpkg_tool.registry.http.error_reasons import connection_reason, tls_reason
from xpkg_tool.registry.http.retry import Fault
from xpkg_tool.registry.http.url_policy import Origin, authority

CONNECT_TIMEOUT = 10.0
# A registry on an object store moves a large blob before it answers the last request.
READ_TIMEOUT = 120.0
# In bytes, for any answer but a blob.
MAX_RESPONSE = 4 * 1024 * 1024
# For such an answer; blobs may take longer.
MAX_SECONDS = 600.0
_CHUNK = 65536


class Body(Protocol):
    """A body that a request can stream, such as an oci.blobs.BlobReader."""

    def __len__(self) -> int: ...
    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Response:
    """Status, headers (names in lower case) and the body, at most MAX_RESPONSE bytes; or, if
    requested and the status is 200 or 206, the body as a stream, which the caller closes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    stream: Stream | None = None


class NotTrusted(Exception):
    """TLS: the certificate or the protocol is not accepted. Never retried."""


class Unusable(Exception):
    """The answer, or the address, cannot be used; `str()` says why. Never retried."""

    def __init__(self, why: str, remedy: str = "Contact its administrator.") -> None:
        super().__init__(why)
        self.remedy = remedy


@dataclass(frozen=True)
class Urls:
    """The API's URLs of one repository."""

    probe: str
    uploads: str
    tags: str
    _base: str
    _container: Any

    def blob(self, digest: str) -> str:
        return self._base + str(self._container.get_blob_url(digest))

    def manifest(self, identifier: str) -> str:
        """The URL of the manifest with this tag or digest."""
        return self._base + str(self._container.manifest_url(identifier))


def urls(scheme: str, registry: str, repository: str) -> Urls:
    container = oras.container.Container("placeholder")
    container.registry = registry
    container.namespace, _, container.repository = repository.rpartition("/")
    base = f"{scheme}://"
    probe = f"{base}{registry}/v2/"
    return Urls(
        probe,
        base + str(container.upload_blob_url()),
        f"{probe}{repository}/tags/list",
        base,
        container,
    )


class Wire:
    """Connections to one registry (and to where it sends us). Thread-safe. `home` is the registry's
    origin, which determines where it may send us (destinations). `ca_file` is a PEM file with
    authorities to trust in addition to the usual ones; raises PublishError if it is not."""

    def __init__(
        self,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        ca_file: str = "",
        home: Origin | None = None,
    ) -> None:
        _silence_urllib3()
        destinations = Destinations(home)
        self._timeout = (connect_timeout, read_timeout)
        # Shared: a pool of connections may be used from any thread.
        plain = BoundedAdapter(read_timeout, destinations)
        trusting = TrustingAdapter(read_timeout, destinations, ca_file) if ca_file else plain
        self._adapters: Mapping[str, Any] = {"http": plain, "https": trusting}
        self._session: Any = requests.Session()
        self._headers = {
            **self._session.headers,
            "User-Agent": "pants-xpkg",
            "Accept-Encoding": "identity",
        }
        self._lock = threading.Lock()
        # What the environment says of a host: proxies, and authorities to trust.
        self._environment: dict[tuple[str, str], Mapping[str, Any]] = {}

    def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Body | None,
        *,
        stream: bool = False,
    ) -> Response:
        """Sends one request, without retries or redirects. Raises Fault (which may be temporary),
        NotTrusted and Unusable."""
        data: Any = body
        if body is not None and len(body) == 0:
            data = b""
        with _translated(self._timeout, url):
            request = requests.PreparedRequest()
            request.prepare_method(method)
            # Not `prepare_url`: urllib3 quotes what has to be quoted, and an address with encoded
            # state, which takes long to parse, is best left as it came.
            request.url = url
            request.prepare_headers({**self._headers, **headers})
            request.prepare_body(data, None)
            adapter, environment = self._way_to(url)
            response = adapter.send(request, timeout=self._timeout, **environment)
            status = response.status_code
            named = {str(k).lower(): str(v) for k, v in response.headers.items()}
            if stream and status in (200, 206):
                return Response(status, named, b"", url, Stream(response, self._timeout, url))
            with response:
                # Reading even an empty body returns the connection to the pool.
                content = _without_coding(_limited(response), named.get("content-encoding", ""))
                return Response(status, named, content, url)

    def close(self) -> None:
        for adapter in self._adapters.values():
            adapter.close()

    def _way_to(self, url: str) -> tuple[Any, Mapping[str, Any]]:
        """What sends a request for `url`, and the options that the environment asks for."""
        scheme, netloc, *_ = parts = urlsplit(url)
        with self._lock:
            environment = self._environment.get((scheme, netloc))
            if environment is None:
                host = parts.hostname or ""
                # A proxy cannot reach this machine's loopback.
                proxies = {"no_proxy": host} if is_loopback(host) else {}
                environment = self._session.merge_environment_settings(
                    url, proxies, stream=True, verify=None, cert=None
                )
                self._environment[scheme, netloc] = environment
        return self._adapters[scheme], environment


class Stream:
    """The body of an answer while it is received. The caller closes it."""

    def __init__(self, response: Any, timeout: tuple[float, float], url: str) -> None:
        self._response, self._timeout, self._url = response, timeout, url
        self._chunks = _content(response)

    def chunk(self) -> bytes:
        """The next bytes, at most 64 KiB; b"" at the end. Raises Fault and Unusable."""
        with _translated(self._timeout, self._url):
            return bytes(next(self._chunks, b""))

    def close(self) -> None:
        self._response.close()


@contextmanager
def _translated(timeout: tuple[float, float], url: str) -> Iterator[None]:
    """Translates requests' exceptions into ours. A Fault says whom the request was for."""
    try:
        with _reasons(timeout):
            yield
    except Fault as fault:
        fault.host = authority(url)
        raise


@contextmanager
def _reasons(timeout: tuple[float, float]) -> Iterator[None]:
    """Translates requests' exceptions. Their messages are never used: they quote URLs."""
    try:
        yield
    except Endless:
        raise Unusable("the head of its answer, or the framing of its body, never ends") from None
    except Forbidden as error:
        raise Unusable(
            f"it leads to {error.host}, which has a private address in another kind of network "
            "than its own",
            "Ask its administrator to correct the address that it returns. If both are in your own "
            "network, use a name for the registry that resolves to its private address.",
        ) from None
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        raise NotTrusted(tls_reason(error)) from None
    except requests.exceptions.ProxyError:
        raise Fault("the proxy could not be used") from None
    except requests.exceptions.Timeout as error:
        connecting = isinstance(error, requests.exceptions.ConnectTimeout)
        seconds = timeout[0] if connecting else timeout[1]
        what = "no connection" if connecting else "no answer"
        raise Fault(f"{what} within {seconds:g} seconds") from None
    except (
        requests.exceptions.ConnectionError,
        requests.exceptions.ChunkedEncodingError,
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.ReadTimeoutError,
    ) as error:
        raise Fault(connection_reason(error, timeout[1])) from None
    except (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema):
        # Our URL is valid; that of the proxy is not, or has an unsupported scheme.
        raise Unusable(
            "the proxy in the environment cannot be used",
            "Correct http_proxy, https_proxy or all_proxy: http://host:port (SOCKS is not "
            "supported), or name the registry in no_proxy.",
        ) from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ValueError):
        raise Unusable("the address or the answer is malformed") from None


def _silence_urllib3() -> None:
    """Disables urllib3's loggers, which log request targets with upload state and signed queries:
    all of them at debug level, and those with a malformed header as warnings, which Python prints.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "urllib3":
            logging.getLogger(name).disabled = True


def _content(response: Any) -> Iterator[bytes]:
    """The body as it was sent. A content coding is not decoded: none was requested, sizes and
    ranges refer to the encoded bytes, and an endless stream may decode to nothing."""
    # urllib3 evaluates the header even if it should not decode.
    response.raw.headers.pop("content-encoding", None)
    return iter(response.raw.stream(_CHUNK, decode_content=False))


def _limited(response: Any) -> bytes:
    content = bytearray()
    start = time.monotonic()
    for chunk in _content(response):
        content += chunk
        if len(content) > MAX_RESPONSE:
            raise Unusable(f"the answer is longer than {MAX_RESPONSE} bytes")
        if time.monotonic() - start > MAX_SECONDS:
            raise Fault(f"no complete answer within {MAX_SECONDS:g} seconds")
    return bytes(content)


def _without_coding(content: bytes, coding: str) -> bytes:
    """`content` without the gzip coding that some proxies apply to anything but blobs. Returned
    unchanged if it is not gzip, whatever the header says."""
    if coding.strip().lower() not in ("gzip", "x-gzip") or not content.startswith(b"\x1f\x8b"):
        return content
    inflate = zlib.decompressobj(wbits=31)
    try:
        plain = inflate.decompress(content, MAX_RESPONSE + 1)
    except zlib.error:
        raise Unusable("the answer's gzip data is damaged") from None
    if len(plain) > MAX_RESPONSE:
        raise Unusable(f"the answer is longer than {MAX_RESPONSE} bytes")
    return plain
