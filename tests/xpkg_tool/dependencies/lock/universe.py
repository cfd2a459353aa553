"""Registries in memory, with packages that depend on each other, and what they were asked for."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Mapping, Sequence

from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.lock.catalog import Catalog
from xpkg_tool.dependencies.lock.entries import Entry, entries_of
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.resolve import Wanted, resolve
from xpkg_tool.dependencies.metas import Meta, find_meta
from xpkg_tool.diagnostics.errors import REFERENCE, PublishError, publish_error

EMPTY = Lock()
HOST = "xpkg.example.org/team"
# By source, version and its dependencies: constraints by source.
Packages = Mapping[str, Mapping[str, Mapping[str, str]]]


def source(name: str) -> str:
    return name if "/" in name or not name.islower() else f"{HOST}/{name}"


def meta_text(
    name: str, depends_on: Mapping[str, str], kind: str = "Configuration", crossplane: str = ""
) -> bytes:
    """A crossplane.yaml whose dependencies are Configurations, unless their names say otherwise;
    `crossplane` is the constraint of the releases that it admits."""
    entries = [
        {kind_of(package).lower(): source(package), "version": version}
        for package, version in depends_on.items()
    ]
    lines = [
        "apiVersion: meta.pkg.crossplane.io/v1",
        f"kind: {kind}",
        "metadata:",
        f"  name: {name}",
        "spec:",
        "  dependsOn:" if entries else "  dependsOn: []",
    ]
    for entry in entries:
        first, second = (f"{key}: {json.dumps(value)}" for key, value in entry.items())
        lines += [f"    - {first}", f"      {second}"]
    if crossplane:
        lines += ["  crossplane:", f"    version: {json.dumps(crossplane)}"]
    return ("\n".join(lines) + "\n").encode()


def kind_of(package: str) -> str:
    name = package.rpartition("/")[2]
    return {"p": "Provider", "f": "Function"}.get(name.partition("-")[0], "Configuration")


def meta(text: bytes, path: str = "crossplane.yaml") -> Meta:
    found = find_meta([(path, text)])
    assert found is not None
    return found


def root(name: str, depends_on: Mapping[str, str], crossplane: str = "") -> tuple[Entry, ...]:
    """The entries of a package of the repository."""
    path = f"packages/{name}/crossplane.yaml"
    text = meta_text(name, depends_on, crossplane=crossplane)
    return entries_of(f"//packages/{name}", meta(text, path))


@dataclass
class Universe:
    """Tags, digester and fetcher in one. `broken` are sources whose registry answers with the error
    given, `down` says that no request to it succeeds; `requests` counts what was asked for."""

    packages: Packages
    broken: Mapping[str, PublishError] = field(default_factory=dict)
    down: bool = False
    streams: Mapping[str, bytes] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    log: list[tuple[str, str, str]] = field(default_factory=list)

    def tags(self, source: str) -> tuple[str, ...]:
        self._note("tags", source, "")
        name = source[len(HOST) + 1 :]
        if name not in self.packages:
            raise publish_error(REFERENCE, "The registry has no such repository", "Check it.")
        return tuple(self.packages[name])

    def digest(self, source: str, tag: str) -> str:
        self._note("digest", source, tag)
        return digest_of(source, tag)

    def fetch(self, source: str, digest: str) -> FetchedPackage:
        self._note("fetch", source, digest)
        name = source[len(HOST) + 1 :]
        for tag, depends_on in self.packages[name].items():
            if digest_of(source, tag) == digest:
                stream = meta_text(name, depends_on, kind_of(name))
                return FetchedPackage(source, digest, self.streams.get(name, stream))
        raise publish_error(REFERENCE, "The registry has no such digest", "Check it.")

    def _note(self, what: str, source: str, about: str) -> None:
        self.requests[what] += 1
        self.log.append((what, source, about))
        if source in self.broken:
            raise self.broken[source]

    def lock(
        self,
        entries: Sequence[Entry],
        locked: Lock = EMPTY,
        *,
        connections: int = 1,
        **wanted: Any,
    ) -> Lock:
        usable = not self.down
        catalog = Catalog(
            self, self, self, connections=connections, is_usable=lambda source: usable
        )
        return resolve(Wanted(entries, **wanted), locked, catalog)


def digest_of(source: str, tag: str) -> str:
    return f"sha256:{hashlib.sha256(f'{source}:{tag}'.encode()).hexdigest()}"


def versions(lock: Lock) -> dict[str, str]:
    """The versions by the last part of the source."""
    return {package.source.rpartition("/")[2]: package.version for package in lock.packages}
