"""Resolves what the packages of a repository depend on to one version of each package.

Everybody who asks for a package is heard: of its versions the highest that satisfies all is taken,
and what the lock has is kept while it satisfies all. The dependencies of what was taken ask for
packages in their turn, which may rule out a version taken before; then another one is taken, until
nothing changes any more. What only a version asked for that is not taken in the end is forgotten.

As in a cluster, nothing is tried out: where the highest version of one package leaves no version of
another, that is an error, even if an older one would do. Whoever wants that writes it as a
constraint, so that a cluster, too, takes the older one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Collection, Mapping, Sequence

from xpkg_tool.dependencies.lock.asked import Asked
from xpkg_tool.dependencies.lock.catalog import Catalog, Content
from xpkg_tool.dependencies.lock.choice import (
    TAGS_NEEDED,
    Choice,
    Chosen,
    Conflict,
    choose,
)
from xpkg_tool.dependencies.lock.entries import Entry, all_dialects, entries_below, is_source
from xpkg_tool.dependencies.lock.errors import LockError, Problem
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage
from xpkg_tool.dependencies.lock.problems import find_problems, too_many
from xpkg_tool.dependencies.lock.ranges import Range
from xpkg_tool.dependencies.model import object_name
from xpkg_tool.diagnostics.finding import Finding

# Of one lock. A registry may be made to have dependencies without an end.
_MOST_PACKAGES = 2_000

# For `Wanted.upgrade`: all sources.
EVERYTHING = "*"


@dataclass(frozen=True)
class Wanted:
    """What a lock is to be made for.

    `entries` are those of the repository's packages. `own` has the sources under which these are
    known themselves, each with the name of its package as in `Requirement.by`: they are never
    locked. `upgrade` are the sources whose locked versions need not be kept, or EVERYTHING.
    `malformed` has what is wrong with entries that are not among the others: no lock is made."""

    entries: Sequence[Entry]
    own: Mapping[str, str] = field(default_factory=dict)
    upgrade: Collection[str] = ()
    malformed: Sequence[Finding] = ()


def resolve(wanted: Wanted, locked: Lock, catalog: Catalog) -> Lock:
    """The new lock. Raises LockError with all that prevents one.

    Registries are asked for nothing that is locked and stays so. Of each other package the tags are
    asked for once, and of each version that is taken the digest and the package."""
    resolver = _Resolver(wanted, locked, catalog)
    chosen = resolver.settled()
    asked = {
        source: Asked(tuple(entries), chosen[source], resolver.content(source, chosen[source]))
        for source, entries in resolver.entries(chosen).items()
    }
    problems = find_problems(asked, resolver.others(chosen), catalog, wanted.own)
    problems += map(Problem, wanted.malformed)
    if problems:
        raise LockError(problems)
    return Lock(tuple(_locked(source, asked[source], catalog) for source in sorted(asked)))


class _Resolver:
    def __init__(self, wanted: Wanted, locked: Lock, catalog: Catalog) -> None:
        self._wanted, self._catalog = wanted, catalog
        self._dialects = all_dialects(wanted.entries)
        self._locked = {package.source: package for package in locked.packages}
        # What each round would find out again, of hundreds of packages.
        self._below: dict[tuple[str, str], tuple[Entry, ...]] = {}
        self._lockable: dict[tuple[str, Range], bool] = {}
        self._choices: dict[tuple[object, ...], Chosen] = {}

    def settled(self) -> dict[str, Chosen]:
        """What is taken of each source when nothing changes any more."""
        chosen: dict[str, Chosen] = {}
        before: set[frozenset[tuple[str, Chosen]]] = set()
        last: dict[str, Chosen] = {}
        given_up: dict[str, set[str]] = {}
        circling = False
        while True:
            following = self._following(chosen, given_up)
            if circling:
                # A version that was left once is not taken again, so there is an end. A package
                # that was left without any stays so.
                for source, choice in following.items():
                    previous = last.setdefault(source, choice)
                    if isinstance(previous, Conflict):
                        following[source] = previous
                    elif previous != choice:
                        given_up.setdefault(source, set()).add(previous.version)
                    last[source] = following[source]
            if following == chosen:
                return chosen
            # Versions that rule each other out by turns would otherwise be taken by turns for ever.
            state = frozenset(following.items())
            circling = circling or state in before
            before.add(state)
            chosen = following

    def entries(self, chosen: Mapping[str, Chosen]) -> dict[str, list[Entry]]:
        """Who asks for each source: the packages of the repository, and whatever of `chosen` is
        reached from them."""
        found: dict[str, list[Entry]] = {}
        pending = list(self._wanted.entries)
        while pending:
            waiting, pending = pending, []
            for entry in waiting:
                if not self._is_lockable(entry):
                    continue
                if entry.source not in found and entry.source in chosen:
                    pending += self._entries_below(entry.source, chosen[entry.source])
                found.setdefault(entry.source, []).append(entry)
        return found

    def others(self, chosen: Mapping[str, Chosen]) -> list[Entry]:
        """The entries that ask for nothing to be locked."""
        below = (e for s in self.entries(chosen) for e in self._entries_below(s, chosen[s]))
        return [e for e in (*self._wanted.entries, *below) if not self._is_lockable(e)]

    def content(self, source: str, choice: Chosen) -> Content | None:
        """The content of what was taken, where it is known."""
        if isinstance(choice, Conflict):
            return None
        digest = self._digest(source, choice)
        package = self._locked.get(source)
        if package is not None and package.digest == digest:
            return Content(package.kind, package.platforms, package.dependencies)
        found = self._catalog.contents.get((source, digest))
        return found if isinstance(found, Content) else None

    def _following(
        self, chosen: Mapping[str, Chosen], given_up: Mapping[str, Collection[str]]
    ) -> dict[str, Chosen]:
        """What is taken where the dependencies of `chosen` are heard; all about it is known then,
        but for what failed."""
        entries = self.entries(chosen)
        if len(entries) > _MOST_PACKAGES:
            raise LockError([too_many(len(entries), _MOST_PACKAGES)])
        needed = [s for s in entries if self._choose(s, entries[s], given_up) is TAGS_NEEDED]
        self._catalog.ask_for_tags(needed)
        following = {s: self._choose(s, entries[s], given_up) for s in entries}
        taken = {s: c for s, c in following.items() if isinstance(c, Choice)}
        self._catalog.ask_for_digests((s, c.version) for s, c in taken.items() if not c.digest)
        digests = ((source, self._digest(source, choice)) for source, choice in taken.items())
        self._catalog.ask_for_contents(
            (source, digest)
            for source, digest in digests
            if digest and not self._has_content(source, digest)
        )
        return following

    def _choose(
        self, source: str, entries: Sequence[Entry], given_up: Mapping[str, Collection[str]]
    ) -> Chosen:
        tags = self._catalog.tags.get(source)
        if isinstance(tags, Finding):
            tags = ()
        ranges = tuple(dict.fromkeys(entry.range for entry in entries))
        left = frozenset(given_up.get(source, ()))
        key = (source, ranges, tags is None, left)
        if key not in self._choices:
            keep = EVERYTHING not in self._wanted.upgrade and source not in self._wanted.upgrade
            locked = self._locked.get(source) if keep else None
            self._choices[key] = choose(ranges, tags, locked, left)
        return self._choices[key]

    def _entries_below(self, source: str, choice: Chosen) -> tuple[Entry, ...]:
        content = self.content(source, choice)
        if content is None or isinstance(choice, Conflict):
            return ()
        key = (source, self._digest(source, choice))
        if key not in self._below:
            self._below[key] = entries_below(source, content.dependencies, self._dialects)
        return self._below[key]

    def _digest(self, source: str, choice: Choice) -> str:
        """Empty where it could not be found out."""
        found = self._catalog.digests.get((source, choice.version), "")
        return choice.digest or (found if isinstance(found, str) else "")

    def _has_content(self, source: str, digest: str) -> bool:
        package = self._locked.get(source)
        return package is not None and package.digest == digest

    def _is_lockable(self, entry: Entry) -> bool:
        key = (entry.source, entry.range)
        if key not in self._lockable:
            self._lockable[key] = (
                entry.source not in self._wanted.own
                and is_source(entry.source)
                and entry.range.readable
            )
        return self._lockable[key]


def _locked(source: str, asked: Asked, catalog: Catalog) -> LockedPackage:
    choice, content = asked.choice, asked.content
    assert isinstance(choice, Choice)
    assert content is not None
    digest = choice.digest or catalog.digests[source, choice.version]
    assert isinstance(digest, str)
    return LockedPackage(
        source,
        choice.version,
        digest,
        content.kind,
        object_name(source),
        content.platforms,
        content.dependencies,
        tuple(sorted({entry.requirement for entry in asked.entries})),
    )
