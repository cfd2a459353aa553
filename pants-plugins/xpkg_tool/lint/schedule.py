"""The schedule of a CronOperation (XP708).

The API server accepts any string. Crossplane parses it when it schedules the operation, and one
with an invalid schedule never runs (internal/controller/ops/cronoperation).
"""

from __future__ import annotations

from typing import Iterator

from xpkg_tool.diagnostics.finding import WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.kubernetes.cron import cron_problem, never_comes
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject, checks
from xpkg_tool.package import types

SCHEDULE = Rule("XP708", "schedule", "A CronOperation has a schedule that is not valid.", WARNING)

_PATH = ("spec", "schedule")


@checks(types.CRON_OPERATION)
def check_schedule(subject: Subject) -> Iterator[Finding]:
    """A warning where the schedule is not valid, or never comes."""
    schedule = subject.get(*_PATH)
    if not isinstance(schedule, str) or not schedule:
        return
    problem = cron_problem(schedule)
    if problem is None and never_comes(schedule):
        yield subject.finding(
            SCHEDULE,
            f"The schedule {shown(schedule)} never comes. Crossplane runs the operation once, "
            "immediately, and never again.",
            "Name a day that exists in the months, and at least one value in each field.",
            _PATH,
        )
    if problem:
        yield subject.finding(
            SCHEDULE,
            f"The schedule {shown(schedule)} is not valid: {problem}. The CronOperation is "
            "installed, but never runs.",
            "Write minute, hour, day of the month, month and day of the week, for example `30 3 * "
            "* 1-5`; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` or `@every 90m`.",
            _PATH,
        )
