"""What prevents a lock: all of it at once."""

from __future__ import annotations

from collections import defaultdict
from typing import Iterable, Iterator, Mapping, Sequence

from xpkg_tool.dependencies.cycles import cycles
from xpkg_tool.dependencies.fetch.sources import locate
from xpkg_tool.dependencies.lock.asked import Asked
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.choice import Choice, Conflict
from xpkg_tool.dependencies.lock.conflict import describe_conflict
from xpkg_tool.dependencies.lock.entries import Entry, is_source
from xpkg_tool.dependencies.lock.errors import Problem
from xpkg_tool.dependencies.lock.failures import joined
from xpkg_tool.dependencies.lock.malformed import LOCK_ENTRY
from xpkg_tool.dependencies.model import without_identifier
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.diagnostics.finding import Finding, cut, few
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.diagnostics.user_info import without_user
from xpkg_tool.package.crossplane_versions import NEWER_DIALECT_SINCE
from xpkg_tool.package.dialects import OLDER, difference, written_for_both

LOCK_KIND = Rule("XP154", "lock-kind", "A dependency is a package of another kind.")
LOCK_CYCLE = Rule("XP157", "lock-cycle", "Packages depend on each other in a cycle.")


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
    failed = {s: f for s, f in failures.items() if f is not None}
    answered = catalog.answered.difference(failed)
    told = joined(failed, answered, "locked either")
    problems = [Problem(f, _askers(asked[source].entries)) for source, f in told]
    problems += [Problem(_unusable(entry)) for entry in others if entry.source not in own]
    for source, package in asked.items():
        if failures[source] is None:
            if isinstance(package.choice, Conflict):
                problems.append(describe_conflict(source, package.choice, asked, catalog))
            else:
                problems += map(Problem, _kinds(source, package, package.choice))
    return [*problems, *_cycles(asked, others, own)]


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


def _unusable(entry: Entry) -> Finding:
    if not is_source(entry.source):
        what, remedy = _wrong(entry.source)
        return entry.finding(LOCK_ENTRY, f"{cut(entry.source)!r} {what}.", _remedy(entry, remedy))
    what, remedy = _wrong_version(entry)
    return entry.finding(
        LOCK_ENTRY,
        f"The version of the dependency on {entry.source} {what}, so nothing can be chosen.",
        _remedy(entry, remedy),
        field="version",
    )


def _wrong_version(entry: Entry) -> tuple[str, str]:
    """What is wrong with a version from which nothing can be chosen, and the remedy."""
    remedy = 'Write a range such as `">=v1.2.0, <v2.0.0"`, a version, or a digest.'
    constraint = entry.constraint
    if not constraint:
        return ("is not a string" if _has_version(entry) else "is missing"), remedy
    if constraint.startswith("sha256:"):
        what = "is not a digest, which is `sha256:` and 64 digits from 0 to f"
        return f"{cut(constraint)!r} {what}", remedy
    found = difference(constraint)
    if found is None or found.unreadable is None:
        return f"{cut(constraint)!r} is not a version range", remedy
    # Lint says the same (XP130).
    written = written_for_both(constraint)
    if found.unreadable is OLDER and written:
        remedy = f"Write `{written}`, which all releases can read."
    readers = "before" if found.unreadable is OLDER else "since"
    what = f"is not valid {readers} Crossplane {NEWER_DIALECT_SINCE}: {found.problem}"
    return what, remedy


def _has_version(entry: Entry) -> bool:
    if entry.meta is None or entry.dependency is None:
        return False
    listed = entry.meta.value["spec"]["dependsOn"]
    return listed[entry.dependency.number].get("version") not in (None, "")


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
) -> Iterator[Problem]:
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
        finding = where.finding(
            LOCK_CYCLE,
            f"The packages depend on each other in a cycle: {path}.",
            "Remove one of these dependencies: a cluster with a cycle installs nothing any more.",
        )
        yield Problem(finding, () if where.meta else _askers(_entries_leading_to(cycle, asked)))


def _entries_leading_to(sources: Iterable[str], asked: Mapping[str, Asked]) -> list[Entry]:
    """The entries of packages of the repository by which these packages come into the lock."""
    found: list[Entry] = []
    pending = list(sources)
    seen = set(pending)
    while pending:
        package = asked.get(pending.pop())
        for entry in () if package is None else package.entries:
            if entry.by not in asked:
                found.append(entry)
            elif entry.by not in seen:
                seen.add(entry.by)
                pending.append(entry.by)
    return found
