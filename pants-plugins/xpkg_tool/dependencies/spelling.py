"""Sources that are nearly one of the repository's own.

The package manager compares sources letter by letter, so `docker.io/team/a` and `team/a` are two
packages to it, although every registry client takes them for one.
"""

from __future__ import annotations

import re
from typing import Collection, Iterable

from xpkg_tool.dependencies.model import without_identifier
from xpkg_tool.diagnostics.suggestions import misspelling

_DOCKER = "docker.io"
_DOCKER_HOSTS = ("docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
_SEPARATORS = re.compile(r"[-._]+")
_WORDS = re.compile(r"([-./:_])")
# `ec2` and `ecs` are two services; `storage` and `storge` are hardly two packages.
_SHORTEST = 5


class Spellings:
    """Finds what a misspelt source is meant to be among the sources of a repository."""

    def __init__(self, sources: Collection[str]) -> None:
        self._normalized: dict[str, str] = {}
        self._joined: dict[str, str] = {}
        self._without_folder = {s for s in sources if s.count("/") == 1}
        # By the source without one of its words, that word and the source.
        self._gaps: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for source in sorted(sources):
            self._normalized.setdefault(normalized(source), source)
            self._joined.setdefault(_SEPARATORS.sub("", source), source)
            for gap, word in _gaps(source):
                self._gaps.setdefault(gap, []).append((word, source))

    def same(self, package: str) -> str | None:
        """The source that a registry client would take `package` for, written as it is published;
        None where there is none."""
        return self._normalized.get(normalized(package))

    def near(self, package: str) -> str | None:
        """The source that `package` is very likely meant to be: another separator, or a letter or
        two in one of its words; None where there is none."""
        joined = self._joined.get(_SEPARATORS.sub("", package))
        if joined is not None:
            return joined
        for gap, word in _gaps(package):
            others = dict(self._gaps.get(gap, ()))
            meant = misspelling(word, others)
            if meant is not None:
                return others[meant]
        return None

    def without_folder(self, package: str) -> str | None:
        """The source with the same registry and name, but no folder between them, as a target has
        it whose `repository` nobody has set; None where there is none."""
        parts = package.split("/")
        source = f"{parts[0]}/{parts[-1]}"
        return source if len(parts) > 2 and source in self._without_folder else None


def normalized(package: str) -> str:
    """The source as a registry client takes it: in lower case, without tag and digest, and with one
    name for Docker Hub, of which the host may be left out."""
    name = without_identifier(package.lower())
    host, slash, path = name.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, path = _DOCKER, name
    host = host.removesuffix(":443")
    if host in _DOCKER_HOSTS:
        host, path = _DOCKER, path if "/" in path else f"library/{path}"
    return f"{host}/{path}"


def _gaps(source: str) -> Iterable[tuple[tuple[str, ...], str]]:
    """The source without one of its longer words, and that word. Those with digits in them name
    versions and services, of which there are several."""
    parts = _WORDS.split(source)
    for place, word in enumerate(parts):
        if len(word) >= _SHORTEST and word.isalpha():
            yield (*parts[:place], "", *parts[place + 1 :]), word
