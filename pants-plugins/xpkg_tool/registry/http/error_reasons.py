"""Why a request failed, in a few words: from the types and codes of the exceptions in its chain,
never from their messages, which quote URLs."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

# OpenSSL's X509_V_ERR_ codes (x509_vfy.h).
_CERTIFICATE = {
    9: "its certificate is not valid yet, or this machine's clock is wrong",
    10: "its certificate has expired, or this machine's clock is wrong",
    18: "its certificate is self-signed",
    19: "its certificate is signed by an unknown authority",
    20: "its certificate is signed by an unknown authority",
    21: "its certificate is signed by an unknown authority",
    62: "its certificate is for another host",
    64: "its certificate is for another host",
}
# OpenSSL's errors, in different versions, for an answer that is not TLS.
_NO_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}
)


def connection_reason(error: BaseException, read_timeout: float) -> str:
    """Why a connection failed. `read_timeout` is in seconds."""
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if type(cause).__name__ in ("NameResolutionError", "gaierror"):
            return "its host name cannot be resolved"
        # Before Python 3.10, socket.timeout is not a TimeoutError.
        timed_out = isinstance(cause, (TimeoutError, socket.timeout))
        if timed_out or type(cause).__name__ == "ReadTimeoutError":
            return f"no answer within {read_timeout:g} seconds"
    return "the connection broke"


def tls_reason(error: BaseException) -> str:
    """Why TLS refused a connection."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            # OpenSSL's message for a code is safe to show: it is a constant.
            other = f"its certificate is refused ({cause.verify_message})"
            return _CERTIFICATE.get(cause.verify_code, other)
        if isinstance(cause, ssl.SSLError) and getattr(cause, "reason", None) in _NO_TLS:
            return "it does not speak TLS there"
    return "its certificate or TLS version is not accepted"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exceptions that led to this one, itself first."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        cause = pending.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        reason = getattr(cause, "reason", None)
        pending += [cause.__cause__, cause.__context__]
        pending += [a for a in (reason, *cause.args) if isinstance(a, BaseException)]
