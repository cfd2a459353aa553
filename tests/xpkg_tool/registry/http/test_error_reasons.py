"""Why a connection failed, from what the exceptions are and never from what they say."""

from __future__ import annotations

import socket
import ssl

import pytest

from xpkg_tool.registry.http.error_reasons import connection_reason, tls_reason

SECRET = "https://user:canary@registry.test/"


def caused_by(cause: BaseException) -> BaseException:
    """As requests raises it: the cause is in the arguments of the arguments, or in `reason`."""
    outer = OSError(SECRET, ValueError(SECRET, cause))
    outer.__context__ = outer
    return outer


def certificate(code: int, message: str = "words") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, SECRET)
    error.verify_code, error.verify_message = code, message
    return error


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ConnectionRefusedError(SECRET), "connection refused"),
        (socket.gaierror(SECRET), "its host name cannot be resolved"),
        (socket.timeout(SECRET), "no answer within 2.5 seconds"),
        (ConnectionResetError(SECRET), "the connection broke"),
        (ValueError(SECRET), "the connection broke"),
    ],
)
def test_a_connection_that_failed(cause: BaseException, words: str) -> None:
    assert connection_reason(caused_by(cause), 2.5) == words


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (certificate(10), "its certificate has expired, or this machine's clock is wrong"),
        (certificate(62), "its certificate is for another host"),
        (
            certificate(23, "certificate revoked"),
            "its certificate is refused (certificate revoked)",
        ),
        (ssl.SSLError(1, SECRET), "its certificate or TLS version is not accepted"),
    ],
)
def test_what_tls_refused(cause: BaseException, words: str) -> None:
    assert tls_reason(caused_by(cause)) == words
