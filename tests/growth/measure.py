"""How time and memory grow with an input: each shape is doubled until it costs something, and then
doubled twice more.

What is measured is a child of its own for each size, forked when everything is imported: its
processor time, and how much its peak of memory is above where it began. A size that costs too much
is killed by the kernel, so that not even a regular expression can hold up the test. Steps of Python
could be counted exactly, but most of what grows would be missed: it is in regular expressions, in
parsers written in C, and in copies of bytes.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from math import log2
from typing import Any, Callable, Sequence

# The smallest of the three sizes costs at least as much (seconds, bytes, characters): less says
# nothing.
LEAST_TIME = 0.02
LEAST_MEMORY = 16 << 20
LEAST_OUTPUT = 4_000
# Two successive doublings that both cost more than this times what was there before. It finds a
# square whose part of the cost is a fifth at LEAST_TIME, and so two fifths at 0.05 s.
MOST = 2.3
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
    could be. `steepest` is what a doubling may cost."""

    name: str
    make: Callable[[int], Any]
    read: Callable[[Any], int | None]
    most: int = 1 << 20
    steepest: float = MOST


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
    (found,) = _in_a_child(shape, lambda last: None if last else parts, limit)
    return found


def _in_a_child(
    shape: Shape, following: Callable[[Cost | None], int | None], limit: int
) -> list[Cost]:
    """What sizes cost, measured one after another in one child. `following` says which comes after
    the one that was measured last."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as pipe:
                last: Cost | None = None
                while (parts := following(last)) is not None:
                    # So that it is known which one had no end.
                    pipe.write(f"{parts}\n")
                    pipe.flush()
                    last = _measured(shape, parts, limit)
                    pipe.write(json.dumps([last.time, last.memory, last.output]) + "\n")
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answers = pipe.read().splitlines()
    _, status = os.waitpid(pid, 0)
    if status:
        why = "an exception, see above"
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            why = f"killed by {name}, after {limit} s of processor time or so"
        raise TooSlow(f"{int(answers[-1]):,} parts: {why}")
    return [Cost(int(p), *json.loads(costs)) for p, costs in zip(answers[::2], answers[1::2])]


def _measured(shape: Shape, parts: int, limit: int) -> Cost:
    value = shape.make(parts)
    now = int(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (now + limit, resource.RLIM_INFINITY))
    # A collection of garbage looks at all that is alive, now and then: a step in a line.
    gc.disable()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    output = shape.read(value) or 0
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    return Cost(parts, seconds, memory * _UNIT, output)


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
                # The children copy no page only because a collection looked at it.
                gc.collect()
                gc.freeze()
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
        if not _grows(shape, costs, least_time):
            return None
        costs.append(cost(shape, sizes[2], limit=limit))
        for _ in range(tries):
            if not _grows(shape, costs, least_time):
                return None
            again = [cost(shape, parts, limit=limit) for parts in sizes]
            costs = [_least(before, after) for before, after in zip(costs, again)]
        if not _grows(shape, costs, least_time):
            return None
        if _only_in_time(shape, costs) and not _goes_on(shape, costs, limit, tries):
            return None
    except TooSlow as error:
        return str(error)
    return "; ".join(
        f"{c.parts:,} parts: {c.time:.3f} s, {c.memory / 1e6:,.0f} MB, {c.output:,} characters"
        for c in costs
    )


def _first(shape: Shape, least_time: float, limit: int) -> Cost | None:
    """The cost of the smallest size to compare; None where even the largest costs too little."""

    def following(last: Cost | None) -> int | None:
        if last is None:
            return 8
        # Half is enough here: the next size costs it all. The peak of memory is only by so much
        # above that of the size before.
        if last.time >= least_time / 2 or last.memory >= LEAST_MEMORY / 2:
            return None
        # Not all at once: what is exponential would not come back.
        parts = last.parts * (8 if last.time < least_time / 32 else 4)
        if last.time >= least_time / 8:
            parts = last.parts * 2
        return parts if parts * 4 <= shape.most else None

    parts = _in_a_child(shape, following, limit)[-1].parts
    while parts * 4 <= shape.most:
        found = cost(shape, parts, limit=limit)
        if found.time >= least_time or found.memory >= LEAST_MEMORY:
            return found
        parts *= 2
    return None


def _least(one: Cost, other: Cost) -> Cost:
    return Cost(one.parts, min(one.time, other.time), min(one.memory, other.memory), one.output)


def _grows(shape: Shape, costs: list[Cost], least_time: float) -> bool:
    steep_in_time = _steep(shape, [c.time for c in costs], least_time * 0.8)
    return steep_in_time or not _only_in_time(shape, costs)


def _only_in_time(shape: Shape, costs: list[Cost]) -> bool:
    memory = _steep(shape, [c.memory for c in costs], LEAST_MEMORY * 0.8)
    return not memory and not _steep(shape, [c.output for c in costs], LEAST_OUTPUT)


def _steep(shape: Shape, values: Sequence[float], least: float) -> bool:
    return values[0] >= least and all(b > shape.steepest * a for a, b in zip(values, values[1:]))


def _goes_on(shape: Shape, costs: list[Cost], limit: int, tries: int) -> bool:
    """Whether the time grows as much up to four times the size, or as near to that as the shape has
    sizes: in the last doubling, and in all of them together. Of times as short as LEAST_TIME,
    caches that others use as well make a line look steep; a square costs three times as much or
    more by then."""
    larger = [c.parts * 4 for c in costs if c.parts * 4 <= shape.most]
    parts = max([costs[-1].parts, *larger])
    least = costs[0].time * shape.steepest ** log2(parts / costs[0].parts)
    for _ in range(max(1, tries // 2)):
        half, whole = (cost(shape, size, limit=limit).time for size in (parts // 2, parts))
        if whole <= shape.steepest * half or whole <= least:
            return False
    return True
