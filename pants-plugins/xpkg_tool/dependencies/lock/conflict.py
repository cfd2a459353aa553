"""The error for a package of which no version satisfies all who ask for it: who wants what, and
what would help."""

from __future__ import annotations

import re
from typing import Iterator, Mapping, Sequence

from xpkg_tool.dependencies.lock.asked import Asked
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.changes import short_version
from xpkg_tool.dependencies.lock.choice import Choice, Conflict, choose
from xpkg_tool.dependencies.lock.entries import Entry, all_dialects
from xpkg_tool.dependencies.lock.errors import Problem
from xpkg_tool.dependencies.lock.ranges import RELEASES_OF, Range
from xpkg_tool.diagnostics.finding import Finding, cut
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.package.semver import Version
from xpkg_tool.package.version_choice import VersionTag

LOCK_CONFLICT = Rule("XP156", "lock-conflict", "No version satisfies all who ask for a package.")

# In a table of who wants what.
_MOST_ROWS = 50
_MOST_VERSIONS = 10
_HEAD = ("who asks", "where", "constraint", "highest that satisfies it")

_FLOOR = re.compile(r">=\s*v?[0-9]+\.[0-9]+\.[0-9]+")


def describe_conflict(
    source: str, conflict: Conflict, asked: Mapping[str, Asked], catalog: Catalog
) -> Problem:
    """The error for `source`, with a table of who asks for it."""
    found = catalog.tags.get(source)
    tags = () if found is None or isinstance(found, Finding) else found
    # Those in files of the repository first: they can be changed.
    entries = sorted(asked[source].entries, key=lambda e: (e.meta is None, e.by, e.constraint))
    known = None if found is None else tags
    rows = [_HEAD, *(_row(entry, known, asked) for entry in entries[:_MOST_ROWS])]
    details = [*_table(rows)]
    if len(entries) > _MOST_ROWS:
        details.append(f"and {len(entries) - _MOST_ROWS:,} more")
    if tags:
        shown = ", ".join(tag.text for tag in tags[:_MOST_VERSIONS])
        more = f" and {len(tags) - _MOST_VERSIONS:,} older ones" * (len(tags) > _MOST_VERSIONS)
        details.append(f"available: {shown}{more}")
    details += _only_in_one(entries, tags)
    message = f"No version of {source} {conflict.reason}."
    remedy = _remedy(entries, tags, asked)
    finding = entries[0].finding(LOCK_CONFLICT, message, remedy, field="version")
    return Problem(finding, tuple(details))


def _remedy(
    entries: Sequence[Entry], tags: Sequence[VersionTag], asked: Mapping[str, Asked]
) -> str:
    fitting = any(all(entry.range.admits(tag.version) for entry in entries) for tag in tags)
    prerelease = next((tag for tag in tags if _lacks_a_name(tag, entries)), None)
    if prerelease is not None and not fitting:
        return (
            f"Only a prerelease would do, such as {prerelease.text}: name one in the constraint, "
            f"as in `{_with_prereleases(entries, prerelease)}`, or publish a release."
        )
    if len({entry.constraint for entry in entries}) == 1:
        return "Check the constraint, and whether the version was published under this source."
    remedy = (
        "Change the constraints until one version satisfies all: a cluster installs one version of "
        "a package, and whoever it does not satisfy stays unhealthy."
    )
    if _separable(entries, tags, asked):
        remedy += (
            " Packages that are never in one cluster may have locks of their own: "
            "`[xpkg].resolves`, or `xpkg lock --lock FILE`."
        )
    return remedy


def _lacks_a_name(tag: VersionTag, entries: Sequence[Entry]) -> bool:
    """Whether a prerelease would satisfy all if their constraints named one: each admits it, or the
    release that it is for."""
    release = Version(*tag.version.numbers)
    ranges = [entry.range for entry in entries]
    return bool(tag.version.prerelease) and all(
        r.admits(tag.version) or r.admits(release) for r in ranges
    )


def _with_prereleases(entries: Sequence[Entry], tag: VersionTag) -> str:
    """The first constraint that does not admit the prerelease, in a form that does."""
    for entry in entries:
        if not entry.range.admits(tag.version) and _FLOOR.fullmatch(entry.constraint):
            named = Range(f"{entry.constraint}-0", entry.dialects)
            if named.admits(tag.version):
                return named.text
    return f">=v{Version(*tag.version.numbers)}-0"


def _separable(
    entries: Sequence[Entry], tags: Sequence[VersionTag], asked: Mapping[str, Asked]
) -> bool:
    """Whether each package of the repository alone would leave a version."""
    ranges: dict[str, dict[Range, None]] = {}
    for entry in entries:
        for root in _roots(entry, asked):
            ranges.setdefault(root, {})[entry.range] = None
    return len(ranges) > 1 and all(
        isinstance(choose(tuple(found), tags, None), Choice) for found in ranges.values()
    )


def _roots(entry: Entry, asked: Mapping[str, Asked]) -> set[str]:
    """The packages and manifests of the repository by which an entry comes into the lock."""
    roots: set[str] = set()
    seen: set[str] = set()
    pending = [entry]
    while pending:
        current = pending.pop()
        if current.by not in asked:
            roots.add(current.by)
        elif current.by not in seen:
            seen.add(current.by)
            pending += asked[current.by].entries
    return roots


def _row(
    entry: Entry, tags: Sequence[VersionTag] | None, asked: Mapping[str, Asked]
) -> tuple[str, ...]:
    """`tags` are None where the registry was not asked for them."""
    if tags is None or entry.range.is_digest:
        highest = "-"
    else:
        highest = next((t.text for t in tags if entry.range.admits(t.version)), "none")
    return (_asker(entry, asked), entry.place("version") or "-", cut(entry.constraint), highest)


def _asker(entry: Entry, asked: Mapping[str, Asked]) -> str:
    """Who asks; an external package with its version, since another one may ask for something
    else."""
    taken = asked.get(entry.by)
    if entry.meta is not None or taken is None or isinstance(taken.choice, Conflict):
        return entry.by
    return f"{entry.by} {short_version(taken.choice.version)}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()


def _only_in_one(entries: Sequence[Entry], tags: Sequence[VersionTag]) -> Iterator[str]:
    """A line for each dialect in which the constraints would leave a version, where not all do."""
    if any(all(entry.range.admits(tag.version) for entry in entries) for tag in tags):
        return
    for dialect in all_dialects(entries):
        ranges = {Range(entry.constraint, (dialect,)) for entry in entries}
        found = next((t for t in tags if all(r.admits(t.version) for r in ranges)), None)
        if found is not None:
            yield (
                f"{RELEASES_OF[dialect]} would take {found.text}; not all releases that the "
                "packages of this repository admit read the constraints like that"
            )
