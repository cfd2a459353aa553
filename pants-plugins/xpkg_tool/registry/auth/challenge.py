"""Reads WWW-Authenticate (RFC 9110 11.6.1) as registries write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_ITEM = re.compile(
    rf'[\s,]*(?P<word>{_TOKEN})(?:\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>{_TOKEN})))?'
)


@dataclass(frozen=True)
class Challenge:
    """One way to authenticate: `scheme` in lower case (`basic`, `bearer`), and its parameters."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def parse_challenges(header: str) -> tuple[Challenge, ...]:
    """All challenges in the header (several may share one, separated by commas), up to the first
    that is malformed."""
    challenges: list[tuple[str, dict[str, str]]] = []
    position = 0
    while True:
        match = _ITEM.match(header, position)
        if not match:
            return tuple(Challenge(scheme, parameters) for scheme, parameters in challenges)
        position = match.end()
        value = match["plain"]
        if match["quoted"] is not None:
            value = re.sub(r"\\(.)", r"\1", match["quoted"])
        if value is None:
            challenges.append((match["word"].lower(), {}))
        elif challenges:
            challenges[-1][1][match["word"].lower()] = value


def choose(header: str) -> Challenge | None:
    """The challenge to answer: bearer before basic, as docker does; None if there is neither."""
    by_scheme = {challenge.scheme: challenge for challenge in parse_challenges(header)}
    return by_scheme.get("bearer") or by_scheme.get("basic")
