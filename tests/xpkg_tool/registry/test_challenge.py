"""WWW-Authenticate."""

from __future__ import annotations

import pytest

from xpkg_tool.registry.challenge import Challenge, choose, parse_challenges


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('Basic realm="r"', [Challenge("basic", {"realm": "r"})]),
        ("basic", [Challenge("basic", {})]),
        (
            'Bearer realm="https://x/token",service="a, b",scope="repository:a/b:pull,push"',
            [
                Challenge(
                    "bearer",
                    {
                        "realm": "https://x/token",
                        "service": "a, b",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
        (
            'Basic realm="r", BEARER Realm = "x" , error=invalid_token',
            [
                Challenge("basic", {"realm": "r"}),
                Challenge("bearer", {"realm": "x", "error": "invalid_token"}),
            ],
        ),
        (r'Basic realm="a\"b\\c"', [Challenge("basic", {"realm": 'a"b\\c'})]),
        ("", []),
        ("=", []),
        ('realm="x"', []),
        ('Bearer realm="unfinished', [Challenge("bearer", {}), Challenge("realm", {})]),
    ],
)
def test_parse(header: str, expected: list[Challenge]) -> None:
    parsed = list(parse_challenges(header))
    if "unfinished" in header:
        assert parsed[0] == expected[0]
    else:
        assert parsed == expected


def test_bearer_is_preferred() -> None:
    chosen = choose('Basic realm="r", Bearer realm="x"')
    assert chosen is not None
    assert chosen.scheme == "bearer"
    assert choose('Negotiate, Digest realm="x"') is None
