"""The rules for the packages of a repository together (XP140 to XP146): what the `spec.dependsOn`
of one says of another."""

from __future__ import annotations

from typing import Iterator, Mapping, Sequence

from xpkg_tool.dependencies.cycles import cycles
from xpkg_tool.dependencies.floors import admitted_below, raised
from xpkg_tool.dependencies.lock.ranges import Range, dialects_of
from xpkg_tool.dependencies.metas import Meta
from xpkg_tool.dependencies.model import PACKAGE_GROUP, Dependency
from xpkg_tool.dependencies.repository import (
    Edge,
    Member,
    Repository,
    same_release,
    version_of,
)
from xpkg_tool.dependencies.spelling import Spellings
from xpkg_tool.diagnostics.finding import WARNING, Finding, few_others
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.documents.loader import PathOf
from xpkg_tool.lint.fields import shown
from xpkg_tool.lint.subject import Subject
from xpkg_tool.package.crossplane_versions import releases

SOURCE_TWICE = Rule(
    "XP140", "source-twice", "Two targets publish the same version of one package.", WARNING
)
AMBIGUOUS = Rule(
    "XP141", "dependency-ambiguous", "A dependency may be one of several packages here."
)
CYCLE = Rule("XP142", "dependency-cycle", "Packages depend on each other in a cycle.")
OTHER_KIND = Rule(
    "XP143", "dependency-other-kind", "A dependency's package is of another kind than it says."
)
SPELLING = Rule(
    "XP144",
    "dependency-spelling",
    "A dependency is spelt almost like a package of the repository.",
    WARNING,
)
OWN_VERSION = Rule(
    "XP145",
    "dependency-own-version",
    "A dependency does not admit the version that the repository has of it.",
    WARNING,
)
FLOOR = Rule(
    "XP146",
    "dependency-floor",
    "A dependency admits versions older than the one that the repository has of it.",
    WARNING,
)

# A cycle with more packages is shortened in the middle.
_LONGEST_WAY = 12

Metas = Mapping[str, Meta]


def check_repository(
    repository: Repository,
    metas: Metas,
    locked: frozenset[str] = frozenset(),
    suggest_floors: bool = False,
) -> dict[str, list[Finding]]:
    """All findings, by the name of the member that they belong to. `metas` are the meta objects by
    the names of the members; a member without one has no findings. `locked` are the sources of
    packages that are known to exist elsewhere. XP146 is looked for with `suggest_floors` only."""
    findings: dict[str, list[Finding]] = {name: [] for name in metas}
    spellings = Spellings(repository.publishers)
    for member in repository.members:
        if member.name in metas:
            subject = _subject(metas[member.name])
            edges = repository.edges(member)
            findings[member.name] += [
                *(found for edge in edges for found in _edge(subject, edge)),
                *(found for edge in edges if suggest_floors for found in _floor(subject, edge)),
                *_spelling(subject, member, repository, spellings, locked),
            ]
    for name, finding in (*_twice(repository, metas), *_cycles(repository, metas)):
        findings[name].append(finding)
    return findings


def _subject(meta: Meta) -> Subject:
    return Subject(meta.document, meta.value, meta.label)


def _edge(subject: Subject, edge: Edge) -> Iterator[Finding]:
    dependency = edge.dependency
    place: PathOf = (*dependency.path, dependency.field)
    if edge.ambiguous:
        names = [_with_version(member) for member in edge.members]
        yield subject.finding(
            AMBIGUOUS,
            f"{shown(dependency.package)} may be {_listed(names)}: neither their versions nor the "
            "target's `dependencies` say which.",
            "Add the one that is meant to the target's `dependencies`, or leave the others out of "
            f'it: `"!{edge.members[-1].name}"`.',
            place,
        )
    if edge.unsatisfied:
        yield _own_version(subject, edge)
    kinds = {member.kind for member in edge.members if member.kind}
    if len(kinds) == 1 and dependency.kind not in kinds:
        yield from other_kind(subject, dependency, kinds.pop(), edge.members[0].name)


def other_kind(
    subject: Subject, dependency: Dependency, kind: str, owner: str
) -> Iterator[Finding]:
    """A finding where the package is of a `kind` that the package manager does not create for the
    dependency; `owner` says who knows it. What other software installs, only that knows."""
    if dependency.kind == kind or not dependency.api_version.startswith(f"{PACKAGE_GROUP}/"):
        return
    old = dependency.field != "package"
    yield subject.finding(
        OTHER_KIND,
        f"{shown(dependency.package)} is a {kind} ({owner}), but the dependency asks for a "
        f"{dependency.kind}.",
        f"Write `{kind.lower()}:` instead of `{dependency.field}:`."
        if old
        else f"Write `kind: {kind}`.",
        (*dependency.path, dependency.field if old else "kind"),
        key=old,
    )


def _own_version(subject: Subject, edge: Edge) -> Finding:
    dependency, member = edge.dependency, edge.members[-1]
    names = [f"{_with_version(m)} (defined at {m.origin})" for m in edge.members]
    return subject.finding(
        OWN_VERSION,
        f"The constraint {shown(dependency.constraint or '')} does not admit {_listed(names)}.",
        "A cluster installs another version than the one here. Write a constraint that admits it, "
        f'for example `version: ">={member.version}"`, or change the `version` that the '
        "target or `__defaults__` gives it.",
        (*dependency.path, "version"),
    )


def _floor(subject: Subject, edge: Edge) -> Iterator[Finding]:
    dependency, member = edge.dependency, edge.members[-1]
    version = version_of(member.version)
    if edge.ambiguous or edge.unsatisfied or version is None or not dependency.constraint:
        return
    wanted = Range(dependency.constraint, dialects_of(releases(subject.value)))
    oldest = admitted_below(wanted, version)
    if oldest is None:
        return
    written = raised(wanted, version) or f">={member.version}"
    yield subject.finding(
        FLOOR,
        f"The constraint {shown(dependency.constraint)} admits versions as old as {oldest}, and "
        f"the repository has {_with_version(member)} (defined at {member.origin}).",
        "A cluster that has an older version keeps it, and nobody has tested the package with it. "
        f'Write `version: "{written}"`.',
        (*dependency.path, "version"),
    )


def _spelling(
    subject: Subject,
    member: Member,
    repository: Repository,
    spellings: Spellings,
    locked: frozenset[str],
) -> Iterator[Finding]:
    for dependency in member.dependencies:
        package = dependency.package
        if package in repository.publishers or package in locked:
            continue
        same = spellings.same(package)
        bare = spellings.without_folder(package)
        meant = same or bare or spellings.near(package)
        if meant is None:
            continue
        owner = repository.publishers[meant][0].name
        if same:
            what = f"{owner} is published as {meant}; the package manager takes this spelling for "
            what += "another package."
            remedy = f"Write `{meant}`."
        else:
            what = f"{shown(package)} is not in this repository; {meant} ({owner}) is."
            remedy = f"Write `{meant}`, or suppress the warning if it is another package."
            if bare:
                path = package.partition("/")[2]
                remedy = f'Set `repository="{path}"` of the target {owner} if it is meant. '
                remedy += "Otherwise, suppress the warning."
        yield subject.finding(SPELLING, what, remedy, (*dependency.path, dependency.field))


def _twice(repository: Repository, metas: Metas) -> Iterator[tuple[str, Finding]]:
    for source, publishers in repository.publishers.items():
        for group in same_release(publishers):
            names = [f"{member.name} (defined at {member.origin})" for member in group]
            version = group[0].version
            which = f"in the version {version}" if version else "without a version"
            for place, member in enumerate(group):
                if member.name not in metas:
                    continue
                others = few_others(names, place)
                finding = _subject(metas[member.name]).finding(
                    SOURCE_TWICE,
                    f"{source} is published by {others} as well, {which}.",
                    "Give one of them another `repository`, or another `version` where they are "
                    "two release lines of one package.",
                    ("metadata", "name"),
                )
                yield member.name, finding


def _cycles(repository: Repository, metas: Metas) -> Iterator[tuple[str, Finding]]:
    for cycle in cycles(repository.graph()):
        for place, name in enumerate(cycle):
            if name not in metas:
                continue
            way = [*cycle[place:], *cycle[:place], name]
            path = repository.entry(name, way[1])
            by_hand = (
                f"Remove {way[1]} from the target's `dependencies`, or another dependency of the "
                "cycle."
            )
            finding = _subject(metas[name]).finding(
                CYCLE,
                f"The dependencies form a cycle: {' -> '.join(_shortened(way))}.",
                by_hand if path is None else "Remove one of the dependencies.",
                path or ("spec", "dependsOn"),
            )
            yield name, finding


def _shortened(way: Sequence[str]) -> Sequence[str]:
    if len(way) <= _LONGEST_WAY:
        return way
    half = _LONGEST_WAY // 2
    return [*way[:half], f"({len(way) - 2 * half} more)", *way[-half:]]


def _with_version(member: Member) -> str:
    return f"{member.name} {member.version}" if member.version else member.name


def _listed(names: Sequence[str]) -> str:
    return few_others([*names, ""], len(names))
