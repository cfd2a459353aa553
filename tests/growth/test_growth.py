"""Nothing costs more than its size: what is twice as large takes about twice the time and memory.

This is the one test that measures time. `python tests/fuzz.py --growth` does the same with larger
inputs."""

from __future__ import annotations

import time

import pytest

from tests.growth.measure import Shape, growth, growths
from tests.growth.shapes import TESTED


@pytest.fixture(scope="module")
def found() -> dict[str, str | None]:
    return growths(TESTED)


@pytest.mark.parametrize("name", [shape.name for shape in TESTED])
def test_growth(name: str, found: dict[str, str | None]) -> None:
    assert found[name] is None


def _pairs(parts: int) -> int:
    return sum(1 for a in range(parts) for b in range(parts))


@pytest.mark.parametrize(
    "shape",
    [
        Shape("time", lambda n: n, _pairs),
        Shape("memory", lambda n: n, lambda n: len(bytearray(n * n))),
        Shape("output", lambda n: n, lambda n: n * n if _pairs(n // 20) else 0),
        Shape("without end", lambda n: n, lambda n: _pairs(2**n)),
    ],
    ids=lambda shape: shape.name,
)
def test_growth_is_seen(shape: Shape) -> None:
    assert growth(shape, least_time=0.005, limit=1, tries=1) is not None


def _spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_is_steep_only_at_first_is_no_growth() -> None:
    """As where what is read fits no cache of the processor any more."""
    times = {1: 0.001, 2: 0.002, 4: 0.004, 8: 0.008, 16: 0.03, 32: 0.1, 64: 0.2, 128: 0.4}

    def read(parts: int) -> None:
        _spin(times[parts])

    shape = Shape("steep at first", lambda n: n, read, most=128)
    assert growth(shape, least_time=0.005, tries=1) is None
    # The same, and steep to the end.
    times.update({64: 0.3, 128: 0.9})
    found = growth(shape, least_time=0.005, tries=1)
    # Seen, and not a child that was killed for taking too long.
    assert found is not None and found.startswith("8 parts: ")
