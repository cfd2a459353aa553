"""Small packages for the tests of installing."""

from __future__ import annotations

import hashlib
from typing import Any, Sequence

from xpkg_tool.dependencies.install.manifest import InstallTarget, Manifest, make_manifest
from xpkg_tool.dependencies.install.model import Package
from xpkg_tool.dependencies.lock.model import LockedDependency

HOST = "registry.example.org"


def digest_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def package(
    path: str,
    kind: str = "Configuration",
    version: str = "v1.2.3",
    needs: Sequence[tuple[str, str, str]] = (),
    **fields: Any,
) -> Package:
    """A package of the repository `path`, which needs (kind, path or source, constraint)."""
    values = {
        "origin": f"packages/{path}:{path}",
        "source": f"{HOST}/{path}",
        "version": version,
        "digest": digest_of(path),
        "kind": kind,
        "dependencies": tuple(
            LockedDependency(
                name if "." in name else f"{HOST}/{name}", "pkg.crossplane.io/v1", of, constraint
            )
            for of, name, constraint in needs
        ),
    }
    return Package(**{**values, **fields})


FUNCTION = package("team/function-a", "Function", "v0.3.0")
PROVIDER = package("team/provider-b", "Provider", "v2.0.0")
CONFIGURATION = package(
    "team/platform",
    needs=(
        ("Provider", "team/provider-b", ">=v1.0.0"),
        ("Function", "team/function-a", "~v0.3.0"),
    ),
)
SMALL = (CONFIGURATION, FUNCTION, PROVIDER)


def pinned(package: Package) -> Package:
    """The package with each constraint replaced by the digest of what SMALL has."""
    digests = {p.source: p.digest for p in SMALL}
    dependencies = tuple(
        LockedDependency(d.source, d.api_version, d.kind, digests[d.source])
        for d in package.dependencies
    )
    return Package(**{**vars(package), "dependencies": dependencies})


def manifest(*packages: Package, **fields: Any) -> Manifest:
    """Of the first package, unless `roots` says otherwise."""
    roots = fields.pop("roots", (packages[0].source,))
    return make_manifest(InstallTarget("install:install", roots, **fields), packages)


def messages(made: Manifest) -> list[tuple[str, str]]:
    """The code and the message of each finding."""
    return [(finding.code, finding.message) for finding in made.findings]
