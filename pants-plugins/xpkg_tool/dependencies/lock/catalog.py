"""What registries know of packages: each question is asked once, several at a time.

A failure concerns its own package, so that all that fails is said at once; but once a registry
cannot be used, it is not asked for the others, each of which would wait for the same time again.
Whether it can, one more request says: a wrong answer for one repository says nothing about others.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Iterable, Mapping, Sequence, TypeVar, Union

from xpkg_tool.dependencies.fetch.protocols import Digester, FetchedPackage, Fetcher, Tags
from xpkg_tool.dependencies.lock.malformed import malformed_entries
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.lock.ranges import versions_in
from xpkg_tool.dependencies.metas import find_metas
from xpkg_tool.dependencies.model import dependencies, is_digest
from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, internal_error
from xpkg_tool.diagnostics.finding import Finding, few
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.package.version_choice import VersionTag
from xpkg_tool.process.threads import in_parallel

NOT_A_PACKAGE = Rule("XP155", "not-a-package", "A dependency is not a package of Crossplane.")

T = TypeVar("T")
K = TypeVar("K")
_CONNECTIONS = 8
# A registry that fails in the same way for so many requests, with no answer between them, is not
# asked any more, although it can be reached.
_MOST_FAILURES = 16


@dataclass(frozen=True)
class Content:
    """What a lock holds of a package's content."""

    kind: str
    platforms: Mapping[str, str]
    dependencies: tuple[LockedDependency, ...]


Failed = Finding
Answer = Union[T, Failed]


class Catalog:
    """Asks for tags, digests and packages, at most `connections` at a time, and keeps the answers:
    none of them is asked for twice. A Finding instead of an answer says what went wrong; that of a
    registry which cannot be used is the same for all packages there, and names the request that
    failed first. `announce` is told the sources before they are asked for, so that those of a
    registry share tokens; `is_usable` says whether the registry of a source can be used at all."""

    def __init__(
        self,
        tags: Tags,
        digester: Digester,
        fetcher: Fetcher,
        *,
        connections: int = _CONNECTIONS,
        announce: Callable[[Iterable[str]], object] = lambda _: None,
        is_usable: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._announce, self._is_usable = announce, is_usable
        self._tags, self._digester, self._fetcher = tags, digester, fetcher
        self._connections = max(1, connections)
        self._unusable: dict[str, Finding] = {}
        # By registry and failure, without an answer since.
        self._failed: Counter[tuple[str, Finding]] = Counter()
        self._judging = threading.Lock()
        self.tags: dict[str, Answer[tuple[VersionTag, ...]]] = {}
        self.digests: dict[tuple[str, str], Answer[str]] = {}
        self.contents: dict[tuple[str, str], Answer[Content]] = {}

    @property
    def answered(self) -> frozenset[str]:
        """The sources about which something could be found out."""
        about = (*self.digests.items(), *self.contents.items())
        found = {place[0] for place, answer in about if not isinstance(answer, Finding)}
        found.update(s for s, answer in self.tags.items() if not isinstance(answer, Finding))
        return frozenset(found)

    def ask_for_tags(self, sources: Iterable[str]) -> None:
        """The versions among the tags of the sources, the highest first."""
        self._ask(
            sources,
            self.tags,
            lambda source: versions_in(self._tags.tags(source)),
            lambda source: (source, source),
        )

    def ask_for_digests(self, places: Iterable[tuple[str, str]]) -> None:
        """The digests of tags, by source and tag; instead of a tag, a digest finds itself."""
        self._ask(
            places,
            self.digests,
            lambda place: self._digester.digest(*place),
            lambda place: (place[0], ("@" if is_digest(place[1]) else ":").join(place)),
        )

    def ask_for_contents(self, places: Iterable[tuple[str, str]]) -> None:
        """The contents of packages, by source and digest."""
        self._ask(
            places,
            self.contents,
            lambda place: _content(self._fetcher.fetch(*place)),
            lambda place: (place[0], "@".join(place)),
        )

    def _ask(
        self,
        keys: Iterable[K],
        answers: dict[K, Answer[T]],
        ask: Callable[[K], Answer[T]],
        named: Callable[[K], tuple[str, str]],
    ) -> None:
        """`named` gives the source that a key is about, and its name in messages."""
        wanted: Sequence[K] = [key for key in dict.fromkeys(keys) if key not in answers]
        self._announce(named(key)[0] for key in wanted)

        def answer(key: K) -> Answer[T]:
            source, name = named(key)
            registry = source.partition("/")[0]
            unusable = self._unusable.get(registry)
            if unusable is not None:
                return unusable
            try:
                found = ask(key)
            except PublishError as error:
                return self._judged(error.at(name).finding, source)
            # A failure with one package must not affect the others.
            except Exception as error:
                return internal_error(error).at(name).finding
            with self._judging:
                for known in [known for known in self._failed if known[0] == registry]:
                    del self._failed[known]
            return found

        answers.update(zip(wanted, in_parallel(answer, wanted, self._connections)))

    def _judged(self, found: Finding, source: str) -> Finding:
        """The failure of one request: its own, or that of the whole registry."""
        if found.code != REGISTRY.code:
            return found
        registry = source.partition("/")[0]
        failure = registry, found._replace(path="")
        with self._judging:
            unusable = self._unusable.get(registry)
            if unusable is not None:
                return unusable if unusable._replace(path="") == failure[1] else found
            self._failed[failure] += 1
            if self._failed[failure] >= _MOST_FAILURES or not self._is_usable(source):
                self._unusable[registry] = found
        return found


def _content(package: FetchedPackage) -> Answer[Content]:
    name = f"{package.source}@{package.digest}"
    metas = list(find_metas([(name, package.stream)]))
    if len(metas) > 1:
        # The package manager's validator counts them, too.
        kinds = few([meta.label for meta in metas])
        return NOT_A_PACKAGE.finding(
            f"What the registry has is not a package of Crossplane: it has {len(metas):,} meta "
            f"objects ({kinds}), and a package has exactly one.",
            "Ask for another version, or tell those who make it.",
            name,
        )
    if not metas:
        return NOT_A_PACKAGE.finding(
            "What the registry has is not a package of Crossplane: there is no meta object in it.",
            "Check the source and the version that `spec.dependsOn` names: this may be the image "
            "of a program, such as a provider's controller.",
            name,
        )
    (meta,) = metas
    entries = list(malformed_entries(meta, "Ask for another version, or tell those who make it."))
    if entries:
        return entries[0]
    found = (
        LockedDependency(d.package, d.api_version, d.kind, d.constraint or "")
        for d in dependencies(meta.value)
    )
    return Content(meta.kind.kind, package.platforms, tuple(sorted(found)))
