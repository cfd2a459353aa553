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


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_what_waits_for_others_begins_when_they_are_done(workers: int) -> None:
    # A diamond, of which another item is independent.
    after = [(), (0,), (0,), (1, 2), ()]
    done: list[int] = []

    def action(number: int) -> int:
        assert set(after[number]) <= set(done)
        done.append(number)
        return number * 10

    assert in_parallel(action, range(5), workers, after) == [0, 10, 20, 30, 40]
    assert sorted(done) == [0, 1, 2, 3, 4]


def test_what_is_independent_does_not_wait() -> None:
    # 1 and 2 wait for 0; were 3 to wait for them, or for 0, this would never end.
    third = threading.Event()

    def action(number: int) -> None:
        if number == 0:
            assert third.wait(timeout=10)
        if number == 3:
            third.set()

    in_parallel(action, range(4), 2, [(), (0,), (0,), ()])


def test_a_failure_stops_what_waits_for_others() -> None:
    def action(number: int) -> None:
        raise ValueError(str(number))

    with pytest.raises(ValueError, match="0"):
        in_parallel(action, range(3), 3, [(), (0,), (1,)])
