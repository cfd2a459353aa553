"""WWW-Authenticate."""

from __future__ import annotations

import os
import random

import pytest

from tests.xpkg_tool.registry.fake_registry import PASSWORD, USER, Fault, running
from tests.xpkg_tool.registry.hostile_answers import any_challenge
from tests.xpkg_tool.registry.registry_tools import Pusher
from xpkg_tool.registry.auth.challenge import Challenge, choose, parse_challenges
from xpkg_tool.registry.http.retry import RetryPolicy


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


def test_any_challenges(pusher: Pusher) -> None:
    """A way to ask for a token, or a sentence. XPKG_MUTATIONS says how many are tried."""
    pusher.policy, source = RetryPolicy(attempts=1), random.Random(25)
    for _ in range(3000):
        for challenge in parse_challenges(any_challenge(source)):
            assert challenge.scheme == challenge.scheme.lower()
    with running() as registry:
        pusher.login(registry.address, USER, PASSWORD)
        for _ in range(int(os.environ.get("XPKG_MUTATIONS", "80"))):
            text = "".join(c for c in any_challenge(source) if c.isprintable())
            headers = {"WWW-Authenticate": text.replace("a.invalid", "127.0.0.1:1")}
            registry.faults = [Fault("GET", "/v2/$", nth=0, status=401, headers=headers)]
            (outcome,) = pusher.push(f"{registry.address}/a/b:v1")
            assert "itself failed" not in str(outcome)
            registry.manifests.clear()
