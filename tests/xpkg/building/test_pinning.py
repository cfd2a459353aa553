"""Cycles among packages that need each other's digest."""

from __future__ import annotations

from typing import Mapping

import pytest
from pants.engine.addresses import Address

from xpkg.building.pinning import cycle_through


def cycle(start: str, dependencies: Mapping[str, str]) -> str:
    """Names are single letters."""
    edges = {Address(a): tuple(map(Address, on)) for a, on in dependencies.items()}
    return "".join(address.spec_path for address in cycle_through(Address(start), edges))


@pytest.mark.parametrize(
    ("start", "dependencies", "expected"),
    [
        ("a", {"a": "bc", "b": "d", "c": "d", "d": ""}, ""),
        ("a", {}, ""),
        ("a", {"a": "a"}, "aa"),
        ("a", {"a": "b", "b": "a"}, "aba"),
        ("b", {"a": "b", "b": "a"}, "bab"),
        # The shortest of several.
        ("a", {"a": "bc", "b": "d", "d": "a", "c": "a"}, "aca"),
        ("a", {"a": "b", "b": "c", "c": "bda", "d": "a"}, "abca"),
        # Not on the cycle that it leads to.
        ("a", {"a": "b", "b": "c", "c": "b"}, ""),
    ],
)
def test_the_way_back(start: str, dependencies: Mapping[str, str], expected: str) -> None:
    assert cycle(start, dependencies) == expected


def test_a_long_way_back() -> None:
    names = [Address(f"p{n}") for n in range(5_000)]
    edges = {a: (b,) for a, b in zip(names, [*names[1:], names[0]])}
    assert cycle_through(names[0], edges) == (*names, names[0])
