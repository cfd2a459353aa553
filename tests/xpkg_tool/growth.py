"""How time and memory grow with an input: each shape is doubled until it costs something, and then
doubled twice more.

What is measured is a child of its own for each size, forked when everything is imported: its
processor time, and how much its peak of memory is above where it began. A size that costs too much
is killed by the kernel, so that not even a regular expression can hold up the test.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from typing import Any, Callable, Sequence

# The smallest of the three sizes costs at least as much (seconds, bytes, characters): less says
# nothing.
LEAST_TIME = 0.05
LEAST_MEMORY = 16 << 20
LEAST_OUTPUT = 4_000
# Two successive doublings that both cost more than this times what was there before.
MOST = 2.6
# Processor seconds that a child may take, and how often a size is tried before growth is believed.
_LIMIT = 4
_TRIES = 10
_WORKERS = 2
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Shape:
    """A shape of input. `make` makes it of n parts; `read` is what is measured, and gives the size
    of its output where that may grow. `most` is how many parts there are at most: beyond, making
    the input takes longer than the test may, or the input is larger than anything that sends it
    could be."""

    name: str
    make: Callable[[int], Any]
    read: Callable[[Any], int | None]
    most: int = 1 << 20


@dataclass(frozen=True)
class Cost:
    """Of one size: processor time in seconds, bytes of memory at the peak, characters of output."""

    parts: int
    time: float
    memory: int
    output: int


class TooSlow(Exception):
    """A child was killed, or died. The argument says of which size."""


def cost(shape: Shape, parts: int, *, limit: int = _LIMIT) -> Cost:
    """What the shape costs with so many parts. Raises TooSlow."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(reading)
            value = shape.make(parts)
            now = int(time.process_time())
            resource.setrlimit(resource.RLIMIT_CPU, (now + limit, now + limit + 1))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            started = time.process_time()
            output = shape.read(value) or 0
            seconds = time.process_time() - started
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
            os.write(writing, json.dumps([seconds, memory * _UNIT, output]).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        raise TooSlow(f"{parts:,} parts: killed by {name}, after {limit} s of processor time or so")
    if status:
        raise TooSlow(f"{parts:,} parts: an exception, see above")
    return Cost(parts, *json.loads(answer))


def growths(shapes: Sequence[Shape]) -> dict[str, str | None]:
    """What is wrong with the growth of each, by its name; two are measured at a time, in processes
    of their own."""
    workers = []
    for number in range(_WORKERS):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                os.close(reading)
                found = {shape.name: growth(shape) for shape in shapes[number::_WORKERS]}
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(json.dumps(found).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        workers.append((pid, reading))
    results: dict[str, str | None] = {}
    for pid, reading in workers:
        with os.fdopen(reading, "rb") as pipe:
            results.update(json.loads(pipe.read()))
        os.waitpid(pid, 0)
    return results


def growth(
    shape: Shape, *, least_time: float = LEAST_TIME, limit: int = _LIMIT, tries: int = _TRIES
) -> str | None:
    """What is wrong with the growth of the shape; None where nothing is."""
    # What is imported or made once, for the first input, is no growth.
    shape.read(shape.make(2))
    try:
        first = _first(shape, least_time, limit)
        if first is None:
            return None
        sizes = [first.parts, first.parts * 2, first.parts * 4]
        costs = [first, cost(shape, sizes[1], limit=limit)]
        # Where the first doubling costs little, the second decides nothing.
        if not _grows(costs, least_time):
            return None
        costs.append(cost(shape, sizes[2], limit=limit))
        for _ in range(tries):
            if not _grows(costs, least_time):
                return None
            again = [cost(shape, parts, limit=limit) for parts in sizes]
            costs = [_least(before, after) for before, after in zip(costs, again)]
    except TooSlow as error:
        return str(error)
    if not _grows(costs, least_time):
        return None
    return "; ".join(
        f"{c.parts:,} parts: {c.time:.3f} s, {c.memory / 1e6:,.0f} MB, {c.output:,} characters"
        for c in costs
    )


def _first(shape: Shape, least_time: float, limit: int) -> Cost | None:
    """The cost of the smallest size to compare; None where even the largest costs too little."""
    parts = 8
    while parts * 4 <= shape.most:
        found = cost(shape, parts, limit=limit)
        if found.time >= least_time or found.memory >= LEAST_MEMORY:
            return found
        # Not all at once: what is exponential would not come back.
        parts *= 8 if found.time < least_time / 32 else 4 if found.time < least_time / 8 else 2
    return None


def _least(one: Cost, other: Cost) -> Cost:
    return Cost(one.parts, min(one.time, other.time), min(one.memory, other.memory), one.output)


def _grows(costs: list[Cost], least_time: float) -> bool:
    return (
        _steep([c.time for c in costs], least_time * 0.8)
        or _steep([c.memory for c in costs], LEAST_MEMORY * 0.8)
        or _steep([c.output for c in costs], LEAST_OUTPUT)
    )


def _steep(values: Sequence[float], least: float) -> bool:
    return values[0] >= least and all(b > MOST * a for a, b in zip(values, values[1:]))
