"""Cron schedules, as parsed by robfig/cron 3.0.1 (ParseStandard), which Crossplane uses.

Written by hand: croniter accepts what it refuses (seconds, `L`, `#`, 7 for Sunday) and refuses what
it accepts (`@every`, `TZ=`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Sequence


def _numbered(names: str, first: int) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names.split(), first)}


@dataclass(frozen=True)
class _Field:
    """A field: its name, the numbers that it accepts, and the names for them."""

    name: str
    first: int
    last: int
    names: Mapping[str, int]


@dataclass(frozen=True)
class _Values:
    """The numbers that a field matches; `is_star`: it was written as `*`."""

    values: frozenset[int]
    is_star: bool


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, _numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1)),
    # Sunday is 0 only, not 7.
    _Field("day of the week", 0, 6, _numbered("sun mon tue wed thu fri sat", 0)),
)
_DESCRIPTORS = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)
_EVERY = "@every "
_NUMBER = re.compile(r"[+-]?[0-9]+")
_LARGEST = 2**63 - 1
# The days of each month, in a leap year.
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_UNITS = "|".join(sorted(_NANOSECONDS, key=len, reverse=True))
_PART = re.compile(rf"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)({_UNITS})(?=[0-9.]|\Z)")


class _Wrong(Exception):
    pass


def cron_problem(schedule: str) -> str | None:
    """Why the schedule is not valid, as part of a sentence; None if it is. Which time zones exist
    is known only in the cluster."""
    try:
        _read(schedule)
    except _Wrong as wrong:
        return str(wrong)
    return None


def never_comes(schedule: str) -> bool:
    """Whether the schedule matches no time, such as 30 February. False for an invalid one."""
    try:
        fields = _read(schedule)
    except _Wrong:
        return False
    if fields is None:
        return False
    minutes, hours, days, months, weekdays = fields
    if not (minutes.values and hours.values and months.values):
        return True
    has_day = any(day <= _DAYS[month - 1] for month in months.values for day in days.values)
    has_weekday = bool(weekdays.values)
    # If both are restricted, either is enough.
    if days.is_star or weekdays.is_star:
        return not (has_day and has_weekday)
    return not (has_day or has_weekday)


def _read(schedule: str) -> list[_Values] | None:
    """The fields of the schedule, None for a named one; raises _Wrong."""
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        zone, space, schedule = schedule.partition(" ")
        if not space:
            raise _Wrong("nothing follows the time zone")
        name = zone.partition("=")[2]
        if ".." in name or name.startswith(("/", "\\")):
            raise _Wrong(f"`{name}` is not a time zone")
        schedule = schedule.strip()
    if schedule.startswith("@"):
        _check_descriptor(schedule)
        return None
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        raise _Wrong(f"it has {len(fields)} {_plural(fields)} instead of {len(_FIELDS)}")
    return [_values(field, text) for field, text in zip(_FIELDS, fields)]


def _values(field: _Field, text: str) -> _Values:
    """The numbers of a field, which consists of one or more ranges."""
    ranges = [_range(field, part) for part in text.split(",") if part]
    return _Values(
        frozenset(number for found in ranges for number in found.values),
        any(found.is_star for found in ranges),
    )


def _plural(fields: Sequence[str]) -> str:
    return "field" if len(fields) == 1 else "fields"


def _check_descriptor(text: str) -> None:
    if text in _DESCRIPTORS:
        return
    if not text.startswith(_EVERY):
        raise _Wrong(f"`{text}` is an unknown schedule")
    if not _is_duration(text[len(_EVERY) :]):
        raise _Wrong(f"`{text[len(_EVERY) :]}` is not a duration such as `1h30m`")


def _is_duration(text: str) -> bool:
    """Whether Go's time.ParseDuration accepts it."""
    text = text[1:] if text[:1] in ("-", "+") else text
    if text == "0":
        return True
    total, place = 0.0, 0
    while place < len(text):
        found = _PART.match(text, place)
        if found is None:
            return False
        total += float(found[1]) * _NANOSECONDS[found[2]]
        place = found.end()
    return bool(text) and total <= _LARGEST


def _range(field: _Field, text: str) -> _Values:
    bounds, *steps = text.split("/")
    low, *high = bounds.split("-")
    is_star = low in ("*", "?")
    if is_star:
        first, last = field.first, field.last
    else:
        first = _number(field, low, text)
        if len(high) > 1:
            raise _Wrong(f"`{text}` has more than one `-`")
        last = _number(field, high[0], text) if high else first
    step = 1
    if len(steps) > 1:
        raise _Wrong(f"`{text}` has more than one `/`")
    if steps:
        step = _integer(steps[0], text)
        if not high:
            last = field.last
    if first < field.first or last > field.last:
        raise _Wrong(
            f"the {field.name} must be from {field.first} to {field.last}, but is `{text}`"
        )
    if first > last:
        raise _Wrong(f"`{text}` ends before it begins")
    if step == 0:
        raise _Wrong(f"`{text}` has a step of 0")
    return _Values(frozenset(range(first, last + 1, step)), is_star and step == 1)


def _number(field: _Field, text: str, part: str) -> int:
    named = field.names.get(text.lower())
    return _integer(text, part) if named is None else named


def _integer(text: str, part: str) -> int:
    if not _NUMBER.fullmatch(text) or len(text.lstrip("+-0")) > 18 or int(text) < 0:
        shown = f"`{text}` of `{part}`" if text and text != part else f"`{part}`"
        raise _Wrong(f"{shown} is not a valid number")
    return int(text)
