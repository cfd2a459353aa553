"""Answers that no registry should give, as functions, for tests and for fuzzing.

`ENDLESS` are answers without an end, by what of them has none: each function gives pieces, whose
number is bounded (by far more than any client should read) so that a test of a client that reads
on and on fails and does not hang."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator

MOST = 64 * 1024 * 1024
_PIECE = 64 * 1024
_HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def _endless(start: bytes, again: bytes) -> Callable[[int], Iterator[bytes]]:
    def pieces(status: int) -> Iterator[bytes]:
        yield start.replace(_HEAD, _HEAD % status)
        piece = again * max(1, _PIECE // len(again))
        for _ in range(MOST // len(piece)):
            yield piece

    return pieces


def _empty_gzip_blocks() -> bytes:
    """The beginning of a gzip member whose first block holds nothing."""
    return zlib.compressobj(wbits=31).flush(zlib.Z_FULL_FLUSH)


def gzip_blocks(size: int) -> bytes:
    """The beginning of a gzip member of `size` bytes, more or less, that hold nothing."""
    return _empty_gzip_blocks() + b"\0\0\0\xff\xff" * (size // 5)


_GZIP = _HEAD + b"Content-Encoding: gzip\r\n"

ENDLESS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "status line": _endless(b"HTTP/1.1 200 ", b"x"),
    "100 Continue": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "100 Continue with headers": _endless(b"", b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"),
    "header line": _endless(_HEAD + b"X: ", b"x"),
    "headers": _endless(_HEAD, b"X: y\r\n"),
    "folded header": _endless(_HEAD + b"X: y\r\n", b" folded\r\n"),
    "chunk size": _endless(_HEAD + _CHUNKED, b"0"),
    "chunk size of digits": _endless(_HEAD + _CHUNKED, b"f"),
    "chunk extension": _endless(_HEAD + _CHUNKED + b"1;", b"x"),
    "chunk extensions": _endless(_HEAD + _CHUNKED, b"1;" + b"x" * 8000 + b"\r\nx\r\n"),
    "trailer line": _endless(_HEAD + _CHUNKED + b"0\r\nX: ", b"x"),
    "trailers": _endless(_HEAD + _CHUNKED + b"0\r\n", b"X: y\r\n"),
    "chunk without an end": _endless(_HEAD + _CHUNKED + b"-1\r\n", b"x"),
    "huge chunk": _endless(_HEAD + _CHUNKED + b"f" * 1000 + b"\r\n", b"x"),
    "chunks": _endless(_HEAD + _CHUNKED, b"1\r\nx\r\n"),
    "body": _endless(_HEAD + b"\r\n", b"x"),
    "body of a length": _endless(_HEAD + b"Content-Length: %d\r\n\r\n" % 10**15, b"x"),
    "gzip blocks": _endless(_GZIP + b"\r\n" + _empty_gzip_blocks(), b"\0\0\0\xff\xff"),
    "gzip blocks in chunks": _endless(
        _GZIP + _CHUNKED + b"%x\r\n%s\r\n" % (len(_empty_gzip_blocks()), _empty_gzip_blocks()),
        b"5\r\n\0\0\0\xff\xff\r\n",
    ),
}

# Values of headers by which a client may stumble.
DATES = (
    "Wed, 01 Jan " + "9" * 30 + " 00:00:00 GMT",
    "Wed, 01 Jan 99999 00:00:00 GMT",
    "Wed, 01 Jan 2020 " + "9" * 30 + ":00:00 GMT",
    "Wed, " + "9" * 30 + " Jan 2020 00:00:00 GMT",
    "Wed, 01 Jan 2020 00:00:00 +" + "9" * 30,
    "Wed, 01 Jan 2020 00:00:00 +9999",
    "Wed, 01 Jan 0001 00:00:00 +2359",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "9" * 4000,
    "-" * 30,
)
REALMS = ("http://[", "https://[", "http://[::1", "https://]/", "https://[v1.x]/", "http://a:b:c/")
CODINGS = (
    "gzip",
    "deflate",
    "br",
    "zstd",
    "x-gzip",
    "gzip, gzip",
    ", ".join(["gzip"] * 50),
    "\xe9",
)

_PARTS = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 401 No\r\n", b"HTTP/1.1 307 X\r\n", b"HTTP/1.1 100 \r\n\r\n",
    b"HTTP/1.1 429 X\r\n", b"HTTP/1.0 200\r\n", b"HTTP/9 2\r\n", b"Location: http://[\r\n", b"\r\n",
    b"Location: /v2/\r\n", b"WWW-Authenticate: Bearer realm=\"http://[\"\r\n", b"\r\n\r\n",
    b"WWW-Authenticate: Basic realm=x, Bearer realm=\r\n", b"0\r\n", b"\xff\xfe", b": \r\n",
    b"Retry-After: 99999999999999999999\r\n",
    b"Date: Wed, 01 Jan 99999999999999999999999999 00:00:00 GMT\r\n", b"Content-Length: 5\r\n",
    b"Content-Length: -5\r\n", b"Content-Length: 99999999999999999999\r\n", b"hello", b"-1\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0",
    b"Docker-Content-Digest: sha256:0\r\n", b"Content-Type: \xe9\r\n", b" folded\r\n",
    b"5;x=y\r\nhello\r\n", b"[" * 5000, b"{\"token\": 1}", b"{\"errors\": [{\"code\": []}]}", b"\0",
)  # fmt: skip


def any_answer(source: random.Random) -> bytes:
    """Something like an answer, put together of what answers are made of."""
    start = [source.choice(_PARTS[:6])] if source.random() < 0.9 else []
    return b"".join([*start, *source.choices(_PARTS, k=source.randrange(12))])


_PIECES = (
    "Bearer ", "bearer", "Basic", "Negotiate abc==", "realm", "service", "scope", "=", '"', '"',
    ",", " ", "\\", '\\"', "http://[", "http://127.0.0.1:1/token", "https://a.invalid/t?x=y", "//",
    "\t", "x", "\xe9", "\x00", "=" * 500, " " * 500, ',"' * 100, "error=invalid_token", "http://a@b/",
)  # fmt: skip


def any_challenge(source: random.Random) -> str:
    """Something like the value of a WWW-Authenticate header."""
    return "".join(source.choices(_PIECES, k=source.randrange(14)))
