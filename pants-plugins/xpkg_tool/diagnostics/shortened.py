"""Of many findings of a kind in one file, the first are shown and the others counted.

Nobody reads a thousand findings of one rule, and files can be made that have as many of them as
bytes. Neither the exit code nor what is suppressed depends on what is shown.
"""

from __future__ import annotations

from typing import Collection, Iterable, Iterator

from xpkg_tool.diagnostics.finding import Finding, in_order

# Of each code and severity in a file.
SHOWN = 50

_Kind = tuple[str, str, str]


def shortened(findings: Iterable[Finding], whole: Collection[str] = ()) -> tuple[Finding, ...]:
    """The findings in order, SHOWN of each kind in a file; if there are more, the next one says how
    many and stands for all of them. Those with codes in `whole` are all kept. What was shortened
    may be shortened again, with others."""
    shown: dict[_Kind, int] = {}
    others: dict[_Kind, list[Finding]] = {}
    kept: list[Finding] = []
    for finding in in_order(findings):
        kind = (finding.path, finding.code, finding.severity)
        if finding.code in whole:
            kept.append(finding)
        elif finding.occurrences == 1 and shown.get(kind, 0) < SHOWN:
            shown[kind] = shown.get(kind, 0) + 1
            kept.append(finding)
        else:
            others.setdefault(kind, []).append(finding)
    return in_order((*kept, *map(_counted, others.values())))


def _counted(findings: list[Finding]) -> Finding:
    first, count = findings[0], sum(finding.occurrences for finding in findings)
    if count == 1:
        return first
    where = "From here on" if first.position else "Besides"
    return first._replace(
        message=f"{where}, {count:,} more findings of this rule are not shown.",
        remedy="Fix those that are shown; the next run shows more of the others.",
        object="",
        occurrences=count,
    )


class Collector:
    """Collects the findings of a file without ever keeping more than can be shown, and some."""

    def __init__(self, whole: Iterable[str]) -> None:
        self._whole = frozenset(whole)
        self._found: list[Finding] = []
        self._most = _ROOM

    def add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._found.append(finding)
            if len(self._found) > self._most:
                self._found = list(shortened(self._found, self._whole))
                self._most = max(_ROOM, 2 * len(self._found))

    def all(self) -> Iterator[Finding]:
        yield from shortened(self._found, self._whole)


# So many findings wait before they are shortened: sorting them each time would take longer.
_ROOM = 4_000
