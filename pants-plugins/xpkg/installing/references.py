"""Under which source and tags a package of this repository is installed: those that publishing
gives it in one of its registries."""

from __future__ import annotations

from dataclasses import dataclass

from xpkg.publishing.candidate import Candidate
from xpkg.registries import ConfiguredRegistries, Registry


@dataclass(frozen=True)
class PublishedAs:
    """`source` is what dependents call the package; `tags` are in the order of the target."""

    source: str
    tags: tuple[str, ...]


def published_as(
    candidate: Candidate, registry: str | None, registries: ConfiguredRegistries
) -> PublishedAs:
    """The source and the tags in `registry` (an alias with `@`, or an address), or in the first of
    the package's registries. Raises ValueError, a sentence and a remedy, where there is none."""
    address = candidate.address
    if candidate.problem is not None:
        raise ValueError(candidate.problem.of(address))
    if not candidate.destinations:
        raise ValueError(
            f"{address} is not published, because of its `skip_push`, so no cluster can install it."
        )
    chosen = _registry(registry, registries) or candidate.destinations[0].registry
    found = [d for d in candidate.destinations if d.registry == chosen]
    if not found:
        published = dict.fromkeys(str(d.registry) for d in candidate.destinations)
        raise ValueError(
            f"{address} is not published to the registry {chosen}, from which it would be "
            f"installed, but to {', '.join(published)}.\n  help: Add the registry to the "
            "`registries` of the package, or name another one in `registry`."
        )
    source = chosen.source(found[0].repository)
    if source is None:
        raise ValueError(
            f"{address} is published to {chosen}, a directory, from which no cluster installs.\n"
            "  help: Name another registry in `registry`, or say in `[xpkg].registries` by which "
            "registry its packages are known to clusters: `known_as`."
        )
    return PublishedAs(source, tuple(d.tag for d in found))


def _registry(name: str | None, registries: ConfiguredRegistries) -> Registry | None:
    return registries.get([name])[0] if name else None
