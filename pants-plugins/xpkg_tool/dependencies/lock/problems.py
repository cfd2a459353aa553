"""What prevents a lock: all of it at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Iterable, Iterator, Mapping, Sequence

from xpkg_tool.dependencies.cycles import cycles
from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.dependencies.lock.asked import Asked
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.choice import Choice, Conflict
from xpkg_tool.dependencies.lock.conflict import describe_conflict
from xpkg_tool.dependencies.lock.entries import Entry, is_source
from xpkg_tool.dependencies.lock.errors import Problem
from xpkg_tool.dependencies.model import without_identifier
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding, cut, few
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.user_info import without_user

LOCK_KIND = Rule("XP154", "lock-kind", "A dependency is a package of another kind.")
LOCK_CYCLE = Rule("XP157", "lock-cycle", "Packages depend on each other in a cycle.")
LOCK_ENTRY = Rule("XP158", "lock-entry", "A dependency cannot be looked up.")


def find_problems(
    asked: Mapping[str, Asked],
    others: Sequence[Entry],
    catalog: Catalog,
    own: Mapping[str, str],
) -> list[Problem]:
    """All that prevents a lock of what is `asked` for; none where nothing does. `others` are the
    entries that ask for the repository's own packages, whose names are in `own` by source, or for
    nothing that can be looked up."""
    failures = {source: _failure(source, a, catalog) for source, a in asked.items()}
    joined = _joined({s: f for s, f in failures.items() if f is not None})
    problems = [Problem(f, _askers(asked[source].entries)) for source, f in joined]
    problems += [Problem(_unusable(entry)) for entry in others if entry.source not in own]
    for source, package in asked.items():
        if failures[source] is None:
            if isinstance(package.choice, Conflict):
                problems.append(describe_conflict(source, package.choice, asked, catalog))
            else:
                problems += map(Problem, _kinds(source, package, package.choice))
    return [*problems, *map(Problem, _cycles(asked, others, own))]


def too_many(count: int, most: int) -> Finding:
    """The finding for dependencies that have no end."""
    return LOCK_CYCLE.finding(
        f"The packages depend on {count:,} others, directly or not; the limit is {most:,}.",
        "Check what they depend on: a registry may have packages that lead to ever more packages.",
    )


def _failure(source: str, package: Asked, catalog: Catalog) -> Finding | None:
    """Why something about a package could not be found out."""
    choice = package.choice
    if isinstance(choice, Conflict):
        found: object = catalog.tags.get(source)
    elif package.content is not None:
        return None
    else:
        found = choice.digest or catalog.digests.get((source, choice.version))
        if isinstance(found, str):
            found = catalog.contents.get((source, found))
    return found if isinstance(found, Finding) else None


def _askers(entries: Iterable[Entry]) -> tuple[str, ...]:
    """A line that says who asks for a package. Those in files of the repository come first."""
    ordered = sorted(entries, key=lambda entry: (entry.meta is None, entry.by, entry.place()))
    places = [entry.place() or entry.by for entry in ordered]
    return (f"asked for by {few(places)}",)


def _joined(failures: Mapping[str, Finding]) -> Iterator[tuple[str, Finding]]:
    """The same failure of several packages once, as when their registry cannot be reached, with the
    source of the first one."""
    sources: defaultdict[Finding, list[str]] = defaultdict(list)
    for source, failure in failures.items():
        sources[replace(failure, path="")].append(source)
    for failure, found in sources.items():
        first, *others = sorted(found)
        if others:
            noun = "package" if len(others) == 1 else "packages"
            message = (
                f"{failure.message.rstrip('.')}; {len(others):,} other {noun} there could not be "
                "locked either."
            )
            yield first, replace(failure, path=first, message=message)
        else:
            yield first, failures[first]


def _unusable(entry: Entry) -> Finding:
    if not is_source(entry.source):
        what, remedy = _wrong(entry.source)
        return entry.finding(LOCK_ENTRY, f"{cut(entry.source)!r} {what}.", _remedy(entry, remedy))
    what = "is missing"
    if entry.constraint.startswith("sha256:"):
        what = (
            f"{cut(entry.constraint)!r} is not a digest, which is `sha256:` and 64 digits from 0 "
            "to f"
        )
    elif entry.constraint:
        what = f"{cut(entry.constraint)!r} is not a version range"
    return entry.finding(
        LOCK_ENTRY,
        f"The version of the dependency on {entry.source} {what}, so nothing can be chosen.",
        _remedy(entry, 'Write a range such as `">=v1.2.0, <v2.0.0"`, a version, or a digest.'),
        field="version",
    )


def _wrong(source: str) -> tuple[str, str]:
    """What is wrong with a source, and the remedy."""
    if without_identifier(source) != source == without_user(source):
        return (
            "has a tag or a digest, which belongs in `version`",
            "Write the registry and the repository, without tag and digest.",
        )
    try:
        locate(source, tag="latest")
    except PublishError as error:
        message, remedy = error.finding.message, error.finding.remedy
        return f"is not a source: {message[:1].lower()}{message[1:].rstrip('.')}", remedy
    return (
        "is not a source such as `xpkg.example.org/team/package`, with a registry's host",
        "Write the registry and the repository.",
    )


def _remedy(entry: Entry, own: str) -> str:
    """What to do about an entry: of an external package, nothing can be written."""
    if entry.meta is not None:
        return own
    return f"Ask for another version of {entry.by}, or tell those who make it."


def _kinds(source: str, package: Asked, choice: Choice) -> Iterator[Finding]:
    for entry in package.entries:
        if package.content and entry.kind and entry.kind != package.content.kind:
            yield wrong_kind(entry, source, choice.version, package.content.kind)


def wrong_kind(entry: Entry, source: str, version: str, kind: str) -> Finding:
    """The finding for an entry that asks for `source` as another kind than it is."""
    form = entry.dependency.field if entry.dependency is not None else ""
    right = f"`kind: {kind}`" if form == "package" else f"`{kind.lower()}: {source}`"
    return entry.finding(
        LOCK_KIND,
        f"{source} is a {kind} (at {version}), not a {entry.kind}: the package manager would "
        f"create a {entry.kind} of it and wait for ever.",
        _remedy(entry, f"Write {right}."),
        field="kind" if form == "package" else "",
    )


def _cycles(
    asked: Mapping[str, Asked], others: Iterable[Entry], own: Mapping[str, str]
) -> Iterator[Finding]:
    edges: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in (*others, *(entry for package in asked.values() for entry in package.entries)):
        edges[entry.by].setdefault(own.get(entry.source, entry.source), entry)
    nodes = dict.fromkeys((*edges, *(node for below in edges.values() for node in below)))
    for cycle in cycles({node: sorted(edges.get(node, ())) for node in nodes}):
        # Of a cycle among the repository's own packages, inference says so.
        if not any(node in asked for node in cycle):
            continue
        steps = [edges[a][b] for a, b in zip(cycle, (*cycle[1:], cycle[0]))]
        where = next((entry for entry in steps if entry.meta is not None), steps[0])
        path = " -> ".join((*cycle, cycle[0]))
        yield where.finding(
            LOCK_CYCLE,
            f"The packages depend on each other in a cycle: {path}.",
            "Remove one of these dependencies: a cluster with a cycle installs nothing any more.",
        )
