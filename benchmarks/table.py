"""The figures of a run as one table: medians, ratios, bounds and verdicts, as text or Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.measuring import Sample

# The measurements: the samples of each figure, one or more per round.
Figures = Mapping[str, Sequence[Sample]]

HEADER = (
    "case",
    "median s",
    "min s",
    "max s",
    "measured against",
    "ratio",
    "at most",
    "verdict",
    "peak MiB",
    "processes",
    "earlier s",
    "change",
)
# Columns with words, which are left-aligned.
_WORDS = ("case", "measured against", "at most", "verdict", "change")
# Columns that are left out where no line has anything for them.
_OPTIONAL = ("min s", "max s", "earlier s", "change")
# From this many samples on, ranges that do not overlap are more than noise.
_ENOUGH = 3


@dataclass(frozen=True)
class Row:
    """A line of the table: the samples of `figure`, and their limits.

    The ratio is (figure - beyond) / against, of the medians; `beyond` is what is not counted, such
    as the floor that Pants sets. Without `against` the difference in seconds stands in its place.
    `at_most` bounds that value, `memory` the peak in bytes, `processes` how many Pants may run.
    `against_title` says in words what it is measured against.
    """

    figure: str
    title: str
    against: str = ""
    beyond: str = ""
    against_title: str = ""
    at_most: float | None = None
    memory: int | None = None
    processes: int | None = None

    def value(self, figures: Figures) -> float | None:
        """The ratio, or the difference in seconds; None if a part of it was not measured."""
        if not (self.against or self.beyond):
            return None
        if not all(figures.get(name) for name in (self.against, self.beyond) if name):
            return None
        seconds = median_seconds(figures[self.figure])
        if self.beyond:
            seconds -= median_seconds(figures[self.beyond])
        return seconds / median_seconds(figures[self.against]) if self.against else seconds


@dataclass(frozen=True)
class Section:
    """Lines that belong together."""

    title: str
    rows: tuple[Row, ...]


def median_seconds(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.seconds for sample in samples)


def lines(
    sections: Sequence[Section],
    figures: Figures,
    judge: bool,
    earlier: Figures = MappingProxyType({}),
) -> list[tuple[str, ...]]:
    """The cells of the table, without its header; a line of one cell is a section's title.

    What was not measured is left out. `judge` says whether bounds apply to these inputs; `earlier`
    are the figures of a run to compare with.
    """
    found: list[tuple[str, ...]] = []
    for section in sections:
        rows = [
            (
                *_cells(row, figures, judge),
                *_change(figures[row.figure], earlier.get(row.figure, ())),
            )
            for row in section.rows
            if figures.get(row.figure)
        ]
        if rows:
            found += [(section.title,), *rows]
    return found


def _cells(row: Row, figures: Figures, judge: bool) -> tuple[str, ...]:
    samples = figures[row.figure]
    value = row.value(figures)
    unit = "" if row.against else " s"
    peak, processes = _most(samples, lambda s: s.peak), _most(samples, lambda s: s.processes)
    seconds = [sample.seconds for sample in samples]
    bounds = []
    if row.at_most is not None:
        bounds.append(f"{row.at_most:g}{unit}")
    if row.memory is not None:
        bounds.append(f"{row.memory / 2**20:.0f} MiB")
    if row.processes is not None:
        bounds.append(f"{row.processes} process{'es' * (row.processes != 1)}")
    return (
        row.title,
        f"{median_seconds(samples):.2f}",
        f"{min(seconds):.2f}" if len(samples) > 1 else "",
        f"{max(seconds):.2f}" if len(samples) > 1 else "",
        row.against_title,
        "" if value is None else f"{value:.2f}{unit}",
        ", ".join(bounds) if judge else "",
        _verdict(row, value, peak, processes) if judge else "",
        "" if peak is None else f"{peak / 2**20:.0f}",
        "" if processes is None else str(processes),
    )


def _change(samples: Sequence[Sample], earlier: Sequence[Sample]) -> tuple[str, str]:
    """The earlier median, and how many times that the present one is; with a word where each of the
    present samples is beyond all earlier ones."""
    if not earlier:
        return "", ""
    now, before = ([sample.seconds for sample in each] for each in (samples, earlier))
    word = ""
    if min(len(now), len(before)) >= _ENOUGH:
        word = " slower" if min(now) > max(before) else " faster" if max(now) < min(before) else ""
    was = median_seconds(earlier)
    return f"{was:.2f}", f"{median_seconds(samples) / was:.2f}{word}"


def _verdict(row: Row, value: float | None, peak: int | None, processes: int | None) -> str:
    checks = (
        ("time", row.at_most, value),
        ("memory", row.memory, peak),
        ("processes", row.processes, processes),
    )
    known = [(name, b, v) for name, b, v in checks if b is not None and v is not None]
    missed = [name for name, bound, measured in known if measured > bound]
    if missed:
        return "not met: " + ", ".join(missed)
    return "met" if known else ""


def _most(samples: Sequence[Sample], part: Callable[[Sample], int | None]) -> int | None:
    """The maximum over all rounds: memory and processes have no noise for a median to remove."""
    known = [value for value in map(part, samples) if value is not None]
    return max(known) if known else None


def as_text(table: Sequence[tuple[str, ...]]) -> str:
    header, *shown = _shown(table)
    widths = [max(map(len, column)) for column in zip(header, *(c for c in shown if len(c) > 1))]
    return "\n".join(_text_line(cells, header, widths) for cells in (header, *shown))


def _shown(table: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The table with its header, without the optional columns that are empty."""
    whole = [cells for cells in table if len(cells) > 1]
    kept = [
        number
        for number, name in enumerate(HEADER)
        if name not in _OPTIONAL or any(cells[number] for cells in whole)
    ]
    return [
        cells if len(cells) == 1 else tuple(cells[number] for number in kept)
        for cells in (HEADER, *table)
    ]


def _text_line(cells: tuple[str, ...], header: Sequence[str], widths: Sequence[int]) -> str:
    if len(cells) == 1:
        return "\n" + cells[0]
    aligned = (
        cell.ljust(width) if name in _WORDS else cell.rjust(width)
        for name, cell, width in zip(header, cells, widths)
    )
    return "  ".join(aligned).rstrip()


def as_markdown(table: Sequence[tuple[str, ...]]) -> str:
    header, *shown = _shown(table)
    rule = ["---" if name in _WORDS else "---:" for name in header]
    found = [_markdown_line(header), _markdown_line(rule)]
    for cells in shown:
        if len(cells) == 1:
            cells = (f"**{cells[0]}**", *([""] * (len(header) - 1)))
        found.append(_markdown_line(cells))
    return "\n".join(found)


def _markdown_line(cells: Sequence[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
