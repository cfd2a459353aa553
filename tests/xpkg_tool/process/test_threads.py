"""Several at once, on a few threads."""

from __future__ import annotations

import threading

import pytest

from xpkg_tool.process.threads import in_parallel


@pytest.mark.parametrize("workers", [0, 1, 3, 50])
def test_results_are_in_order(workers: int) -> None:
    assert in_parallel(lambda n: n * n, range(20), workers) == [n * n for n in range(20)]
    assert in_parallel(lambda n: n, [], workers) == []


def test_that_many_at_once() -> None:
    # It would wait for ever, were there fewer threads than parties.
    barrier = threading.Barrier(3, timeout=10)
    assert len(in_parallel(lambda _: barrier.wait(), range(6), 3)) == 6


@pytest.mark.parametrize("workers", [1, 4])
def test_after_a_failure_none_begins(workers: int) -> None:
    begun = []

    def action(number: int) -> None:
        begun.append(number)
        if number >= 5:
            raise ValueError(str(number))

    with pytest.raises(ValueError, match="5"):
        in_parallel(action, range(1000), workers)
    assert len(begun) < 500
