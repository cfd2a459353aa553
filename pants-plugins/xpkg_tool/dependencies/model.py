"""What a package depends on: the entries of `spec.dependsOn`, as the package manager reads them
(crossplane's internal/controller/pkg/{revision,resolver}).

An entry names its package in one of two forms: by `apiVersion`, `kind` and `package`, or by one
deprecated field, `configuration`, `provider` or `function`. Its `version` is a constraint or the
digest of an image.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, NamedTuple

from xpkg_tool.documents.loader import PathOf
from xpkg_tool.package.names import to_dns_label

PACKAGE_GROUP = "pkg.crossplane.io"

# All of the first win over one of the others, which the package manager asks for in this order.
KEYED_FIELDS = ("apiVersion", "kind", "package")
DEPRECATED_FIELDS = ("configuration", "provider", "function")

# Unlike the digest of a reference (oci/reference.py): the package manager knows SHA-256 only.
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

_DOCKER_HUB = frozenset({"docker.io", "index.docker.io"})


class Dependency(NamedTuple):
    """An entry of `spec.dependsOn`.

    `number` is its place in the list, `field` the field that names the package, `api_version` and
    `kind` what the package manager creates for it, `package` the text of its source (see
    `parse_source`), and `constraint` the `version`, None where there is none or it is no string."""

    number: int
    field: str
    api_version: str
    kind: str
    package: str
    constraint: str | None

    @property
    def path(self) -> PathOf:
        """Where the entry stands in the meta object."""
        return ("spec", "dependsOn", self.number)


class Source(NamedTuple):
    """What tells packages apart in a cluster: a repository, without a tag or a digest. `registry`
    is `host[:port]`, and empty where none is named."""

    registry: str
    repository: str


def dependencies(meta: Mapping[str, Any]) -> tuple[Dependency, ...]:
    """The dependencies of a meta object that name a package, in their order."""
    found = (parse_dependency(index, entry) for index, entry in entries(meta))
    return tuple(dependency for dependency in found if dependency is not None)


def entries(meta: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The mappings in `spec.dependsOn`, each with its place in the list. As in Go, null is one
    without fields."""
    spec = meta.get("spec")
    listed = spec.get("dependsOn") if isinstance(spec, dict) else None
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if entry is None or isinstance(entry, dict):
            yield index, entry or {}


def given(entry: Mapping[str, Any], fields: tuple[str, ...]) -> list[str]:
    """The fields that are there. One of a wrong type is there, too."""
    return [field for field in fields if entry.get(field) not in (None, "")]


def parse_dependency(index: int, entry: Mapping[str, Any]) -> Dependency | None:
    """The dependency that an entry is; None where it names no package."""
    version = entry.get("version")
    constraint = version if isinstance(version, str) else None
    if len(given(entry, KEYED_FIELDS)) == len(KEYED_FIELDS):
        api_version, kind, package = (entry[field] for field in KEYED_FIELDS)
        if not all(isinstance(value, str) for value in (api_version, kind, package)):
            return None
        return Dependency(index, "package", api_version, kind, package, constraint)
    for field in DEPRECATED_FIELDS:
        package = entry.get(field)
        if isinstance(package, str) and package:
            kind = field.capitalize()
            return Dependency(index, field, f"{PACKAGE_GROUP}/v1", kind, package, constraint)
    return None


def is_digest(constraint: str) -> bool:
    """Whether the package manager takes it for a digest, and not for a range of versions."""
    return _DIGEST.fullmatch(constraint) is not None


def without_identifier(package: str) -> str:
    """`package` without the tag and the digest that it may end in, and must not: the package
    manager adds its own."""
    name = package.partition("@")[0]
    colon = name.find(":", name.rfind("/") + 1)
    return name if colon < 0 else name[:colon]


def parse_source(package: str) -> Source | None:
    """The source that a text without tag and digest is; None where it can be none.

    It is less strict than `oci.reference.parse`, as the package manager is: no registry may be
    named (Crossplane 1 takes its default one, Crossplane 2 refuses the package that it creates),
    and Docker Hub's names are not made one. It is stricter in that no registry is an IPv6 address,
    which Crossplane's API refuses."""
    # Packages without dependencies need not wait for it.
    from xpkg_tool.oci.reference import HOST, MAX_REPOSITORY, REPOSITORY, names_registry

    host, slash, repository = package.partition("/")
    if not slash or not names_registry(host):
        host, repository = "", package
    if host and not re.fullmatch(rf"{HOST}(?::[0-9]{{1,5}})?", host):
        return None
    if len(repository) > MAX_REPOSITORY or not re.fullmatch(REPOSITORY, repository):
        return None
    return Source(host, repository)


def object_name(package: str) -> str:
    """The name of the object that the package manager creates for a dependency on `package`: the
    DNS label of the repository's whole path, without the host (crossplane's
    internal/controller/pkg/resolver, NewPackage)."""
    package = without_identifier(package)
    host, slash, repository = package.partition("/")
    if not slash or not ("." in host or ":" in host or host == "localhost"):
        host, repository = "", package
    if host in _DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    return to_dns_label(repository)
