"""The table of retries."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.xpkg_tool.registry.hostile_answers import DATES
from xpkg_tool.registry.http.retry import (
    Clock,
    Fault,
    GaveUp,
    RetryPolicy,
    parse_date,
    parse_retry_after,
    retrying,
)

NOW = datetime(2020, 1, 1, tzinfo=timezone.utc)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self, jitter: float = 0.0) -> None:
        self.slept: list[float] = []
        self.clock = Clock(
            monotonic=lambda: sum(self.slept),
            sleep=self.slept.append,
            now=lambda: NOW,
            jitter=lambda: jitter,
        )


def failing(*faults: Fault) -> tuple[list[int], object]:
    calls: list[int] = []

    def action() -> str:
        calls.append(1)
        if len(calls) <= len(faults):
            raise faults[len(calls) - 1]
        return "done"

    return calls, action


def test_pauses_double() -> None:
    time = Time()
    _, action = failing(*[Fault("x")] * 3)
    assert retrying(action, RetryPolicy(), time.clock) == "done"  # type: ignore[arg-type]
    assert time.slept == [0.5, 1.0, 2.0]


def test_jitter_makes_pauses_longer_by_a_tenth_at_most() -> None:
    time = Time(jitter=1.0)
    _, action = failing(Fault("x"))
    retrying(action, RetryPolicy(), time.clock)  # type: ignore[arg-type]
    assert time.slept == [pytest.approx(0.55)]


def test_it_gives_up_with_the_last_reason() -> None:
    time = Time()
    calls, action = failing(Fault("a"), Fault("b"), Fault("c"), Fault("d"))
    with pytest.raises(GaveUp) as caught:
        retrying(action, RetryPolicy(), time.clock)  # type: ignore[arg-type]
    assert (caught.value.reason, caught.value.attempts, len(calls)) == ("d", 4, 4)


def test_retry_after_replaces_the_pause() -> None:
    time = Time(jitter=1.0)
    _, action = failing(Fault("x", 7.0), Fault("x", 0.0))
    retrying(action, RetryPolicy(), time.clock)  # type: ignore[arg-type]
    assert time.slept == [7.0, 0.0]


def test_what_asks_to_wait_too_long_is_not_waited_for() -> None:
    time = Time()
    _, action = failing(Fault("status 429", 3600.0))
    with pytest.raises(GaveUp, match="asking to wait 3600 seconds"):
        retrying(action, RetryPolicy(), time.clock)  # type: ignore[arg-type]
    assert time.slept == []


def test_the_deadline_counts_all_pauses() -> None:
    time = Time()
    calls, action = failing(*[Fault("x", 50.0)] * 9)
    with pytest.raises(GaveUp):
        retrying(action, RetryPolicy(attempts=10), time.clock)  # type: ignore[arg-type]
    assert (len(calls), time.slept) == (3, [50.0, 50.0])


def test_other_errors_pass_at_once() -> None:
    def action() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        retrying(action, RetryPolicy(), Time().clock)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("9" * 5000, 999999999.0),
        ("Wed, 01 Jan 2020 00:00:30 GMT", 30.0),
        ("Wed, 01 Jan 2020 00:00:30", 30.0),
        ("Wed, 01 Jan 1970 00:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("Wed, 99 Foo 2020", None),
        ("١", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize("value", DATES)
def test_dates_that_overflow(value: str) -> None:
    for now in (NOW, parse_date("Fri, 31 Dec 9999 23:59:59 GMT") or NOW):
        seconds = parse_retry_after(value, now)
        assert seconds is None or 0 <= seconds < 1e12
