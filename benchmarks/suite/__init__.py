"""The cases: each module defines its lines of the table, and how they are measured."""

from __future__ import annotations

from benchmarks.suite import (
    alone,
    buckets,
    cli,
    goals,
    inference,
    large,
    layer,
    publish,
    scale,
    yardsticks,
)

CASES = (
    yardsticks.CASE,
    alone.CASE,
    goals.CASE,
    inference.CASE,
    scale.CASE,
    large.CASE,
    layer.CASE,
    publish.CASE,
    cli.CASE,
    buckets.CASE,
)
