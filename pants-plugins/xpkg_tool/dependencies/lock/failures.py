"""Failures of registries: which of them concern one package, and which a whole registry."""

from __future__ import annotations

from collections import defaultdict
from typing import Iterable, Iterator, Mapping

from xpkg_tool.dependencies.model import without_identifier
from xpkg_tool.diagnostics.errors import CREDENTIALS, DENIED, REGISTRY
from xpkg_tool.diagnostics.finding import Finding

_OF_REGISTRIES = frozenset(rule.code for rule in (REGISTRY, DENIED, CREDENTIALS))


def joined(
    failures: Mapping[str, Finding], answered: Iterable[str], what: str
) -> Iterator[tuple[str, Finding]]:
    """The failures by source, those of a whole registry once, with the source whose request failed:
    that it cannot be used (the packages share that failure), or that it fails in the same way for
    all packages there, none of which is among those that were `answered`. `what` completes the
    sentence "… other packages there could not be …"."""
    registries = frozenset(map(_registry, answered))
    groups: defaultdict[Finding, list[str]] = defaultdict(list)
    for source, failure in failures.items():
        groups[failure].append(source)
    same: defaultdict[tuple[str, Finding], list[str]] = defaultdict(list)
    for source, failure in failures.items():
        same[_registry(source), failure._replace(path="")].append(source)
    wrong = {registry: 0 for registry, _ in same}
    for registry, _ in same:
        wrong[registry] += 1
    for (registry, failure), sources in same.items():
        whole = failure.code in _OF_REGISTRIES and registry not in registries
        if whole and wrong[registry] == 1:
            yield _one(failures, sources, what)
        else:
            own = dict.fromkeys(failures[source] for source in sources)
            for found in own:
                yield _one(failures, groups[found], what)


def _one(failures: Mapping[str, Finding], sources: list[str], what: str) -> tuple[str, Finding]:
    failed = (s for s in sorted(sources) if without_identifier(failures[s].path) == s)
    first = next(failed, min(sources))
    failure = failures[first]
    others = len(sources) - 1
    if not others:
        return first, failure
    noun = "package" if others == 1 else "packages"
    message = f"{failure.message.rstrip('.')}; {others:,} other {noun} there could not be {what}."
    return first, failure._replace(message=message)


def _registry(source: str) -> str:
    return source.partition("/")[0]
