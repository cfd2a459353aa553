"""Which faults are retried, how often, and after which pauses.

Written by hand: urllib3's Retry repeats one request, and knows no deadline. What is tried again
here may be several requests, such as an upload that has to begin anew.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Callable, TypeVar

T = TypeVar("T")

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """At most `attempts` attempts, with pauses of `first_pause` seconds, doubled each time up to
    `max_pause`, each with up to 10 % of jitter; no attempt begins more than `deadline` seconds
    after the first one."""

    attempts: int = 4
    first_pause: float = 0.5
    max_pause: float = 30.0
    deadline: float = 120.0

    def pause(self, attempt: int) -> float:
        """The pause in seconds after the given attempt (from 1), without jitter."""
        return min(self.max_pause, self.first_pause * 2.0 ** (attempt - 1))


@dataclass(frozen=True)
class Clock:
    """Time, as a parameter, so that tests need not wait."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    # Clients that failed at the same time must not retry at the same time.
    jitter: Callable[[], float] = random.random


class Fault(Exception):
    """A request failed in a way that may be temporary. `reason` is part of a sentence ("connection
    refused", "status 503"); `retry_after` is how many seconds the registry asks to wait; `host` is
    whom the request was for (`host[:port]`; a registry may send us elsewhere), empty where that is
    not known."""

    def __init__(self, reason: str, retry_after: float | None = None, host: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.host = host


class GaveUp(Exception):
    """The fault persisted. `reason` and `host` are those of the last one."""

    def __init__(self, reason: str, attempts: int, host: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.attempts = attempts
        self.host = host


def retrying(action: Callable[[], T], policy: RetryPolicy, clock: Clock) -> T:
    """Calls `action`, and again after each `Fault` while `policy` allows; then raises GaveUp."""
    start = clock.monotonic()
    attempt = 0
    while True:
        attempt += 1
        try:
            return action()
        except Fault as fault:
            pause = policy.pause(attempt) * (1 + clock.jitter() / 10)
            if fault.retry_after is not None:
                pause = max(fault.retry_after, 0.0)
            late = clock.monotonic() - start + pause > policy.deadline
            if attempt >= policy.attempts or late:
                reason = fault.reason
                if late and fault.retry_after is not None:
                    reason += f", asking to wait {pause:.0f} seconds"
                raise GaveUp(reason, attempt, fault.host) from None
        clock.sleep(pause)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header (RFC 9110 10.2.3: seconds or a date) asks for, or None."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        # More digits than this are nonsense, and float() of enough of them is infinite.
        return float(text[:9])
    when = parse_date(text)
    return None if when is None else max(0.0, (when - now).total_seconds())


def parse_date(value: str | None) -> datetime | None:
    """The time that an HTTP date (RFC 9110 5.6.7) names, or None."""
    try:
        when = parsedate_to_datetime(value or "")
    # Years with many digits overflow; before Python 3.10, malformed dates raise TypeError.
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return when.replace(tzinfo=timezone.utc) if when.tzinfo is None else when
