"""What registries know of packages: each question is asked once, several at a time.

A failure concerns its own package, so that all that fails is said at once; but once a registry
cannot be used, it is not asked for the others, each of which would wait for the same time again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterable, Mapping, Sequence, TypeVar, Union

from xpkg_tool.dependencies.fetch.protocols import Digester, FetchedPackage, Fetcher, Tags
from xpkg_tool.dependencies.lock.model import LockedDependency
from xpkg_tool.dependencies.lock.ranges import versions_in
from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.dependencies.model import dependencies
from xpkg_tool.diagnostics.errors import REGISTRY, PublishError, internal_error
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.package.version_choice import VersionTag
from xpkg_tool.process.threads import in_parallel

NOT_A_PACKAGE = Rule("XP155", "not-a-package", "A dependency is not a package of Crossplane.")

T = TypeVar("T")
K = TypeVar("K")
_CONNECTIONS = 8


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
    none of them is asked for twice. A Finding instead of an answer says what went wrong. `announce`
    is told the sources before they are asked for, so that those of a registry share tokens."""

    def __init__(
        self,
        tags: Tags,
        digester: Digester,
        fetcher: Fetcher,
        *,
        connections: int = _CONNECTIONS,
        announce: Callable[[Iterable[str]], object] = lambda _: None,
    ) -> None:
        self._announce = announce
        self._tags, self._digester, self._fetcher = tags, digester, fetcher
        self._connections = max(1, connections)
        self._unusable: dict[str, Finding] = {}
        self.tags: dict[str, Answer[tuple[VersionTag, ...]]] = {}
        self.digests: dict[tuple[str, str], Answer[str]] = {}
        self.contents: dict[tuple[str, str], Answer[Content]] = {}

    def ask_for_tags(self, sources: Iterable[str]) -> None:
        """The versions among the tags of the sources, the highest first."""
        self._ask(
            sources,
            self.tags,
            lambda source: versions_in(self._tags.tags(source)),
            lambda source: (source, source),
        )

    def ask_for_digests(self, places: Iterable[tuple[str, str]]) -> None:
        """The digests of tags, by source and tag."""
        self._ask(
            places,
            self.digests,
            lambda place: self._digester.digest(*place),
            lambda place: (place[0], ":".join(place)),
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
                return ask(key)
            except PublishError as error:
                found = error.at(name).finding
            # A failure with one package must not affect the others.
            except Exception as error:
                found = internal_error(error).at(name).finding
            if found.code == REGISTRY.code:
                self._unusable[registry] = found
            return found

        answers.update(zip(wanted, in_parallel(answer, wanted, self._connections)))


def _content(package: FetchedPackage) -> Answer[Content]:
    name = f"{package.source}@{package.digest}"
    meta = find_meta([(name, package.stream)])
    if meta is None:
        return NOT_A_PACKAGE.finding(
            "What the registry has is not a package of Crossplane: there is no meta object in it.",
            "Check the source and the version that `spec.dependsOn` names: this may be the image "
            "of a program, such as a provider's controller.",
            name,
        )
    found = (
        LockedDependency(d.package, d.api_version, d.kind, d.constraint or "")
        for d in dependencies(meta.value)
    )
    return Content(meta.kind.kind, package.platforms, tuple(sorted(found)))
