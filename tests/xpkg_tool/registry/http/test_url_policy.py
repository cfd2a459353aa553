"""Where a server may send us, and what a message may show of a URL."""

from __future__ import annotations

import pytest

from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.registry.http.url_policy import Authorization, Origin, follow, origin_of, redacted


@pytest.mark.parametrize(
    ("base", "location", "url"),
    [
        ("https://r.org/v2/a/", "/v2/x?a=b", "https://r.org/v2/x?a=b"),
        ("https://r.org/v2/a/", "x", "https://r.org/v2/a/x"),
        ("https://r.org/v2/", "https://cdn.org/x?sig=1#f", "https://cdn.org/x?sig=1"),
        ("https://r.org/v2/", "https://u:p@r.org/x", "https://r.org/x"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:6000/x", "http://127.0.0.1:6000/x"),
        ("http://10.0.0.1/", "http://10.0.0.2/x", "http://10.0.0.2/x"),
        ("http://r.org/", "https://r.org/x", "https://r.org/x"),
    ],
)
def test_follow(base: str, location: str, url: str) -> None:
    assert follow(base, location, "a redirect") == url


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://r.org/x", "plain http"),
        ("https://127.0.0.1/x", "private address"),
        ("https://localhost/x", "private address"),
        ("https://10.1.2.3/x", "private address"),
        ("https://169.254.169.254/latest", "private address"),
        ("https://[::1]/x", "private address"),
        ("https://[fd00::1]/x", "private address"),
        ("file:///etc/passwd", "not an http"),
        ("gopher://x/", "not an http"),
        ("https://r.org:99999/", "not an http"),
        ("https://[bad/", "not an http"),
    ],
)
def test_refused(location: str, why: str) -> None:
    with pytest.raises(PublishError, match=why) as caught:
        follow("https://u:canary@r.org/v2/", location + "?sig=canary", "a redirect")
    assert "canary" not in str(caught.value)
    assert "r.org" in str(caught.value)


def test_origins() -> None:
    assert (
        origin_of("https://R.org/x")
        == origin_of("https://r.org:443/")
        == Origin("https", "r.org", 443)
    )
    assert origin_of("http://r.org/") != origin_of("https://r.org/")
    assert "canary" not in repr(Authorization(origin_of("https://r.org"), "Basic canary"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://u:canary@r.org/a?X-Amz-Signature=canary&digest=sha256:1#canary",
            "https://r.org/a?digest=sha256:1",
        ),
        ("https://r.org/a?_state=canary", "https://r.org/a"),
        (
            "https://r.org/token?service=x&scope=repository:a/b:pull,push",
            "https://r.org/token?service=x&scope=repository:a/b:pull,push",
        ),
        ("https://[canary", "(an unreadable URL)"),
    ],
)
def test_redacted(url: str, shown: str) -> None:
    assert redacted(url) == shown
