"""Nothing costs more than its size: what is twice as large takes about twice the time and memory.

This is the one test that measures time; `python tests/fuzz.py --growth` does the same with larger
inputs."""

from __future__ import annotations

import sys

import pytest
from growth import Shape, growth
from growth_shapes import SHAPES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_growth(shape: Shape) -> None:
    assert growth(shape) is None
