"""Packages in a registry on the loopback, and crossplane.yaml files that depend on them."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping

from tests.xpkg_tool.dependencies.fetch.packages import put
from tests.xpkg_tool.dependencies.lock.universe import kind_of, meta_text
from tests.xpkg_tool.images import Image, package_layers
from tests.xpkg_tool.registry.fake_registry import FakeRegistry


def source(registry: FakeRegistry, name: str) -> str:
    return f"{registry.address}/team/{name}"


def publish(
    registry: FakeRegistry, name: str, tag: str, depends_on: Mapping[str, str] | None = None
) -> str:
    """Puts a version of the package `name`, and returns its digest."""
    below = {source(registry, other): version for other, version in (depends_on or {}).items()}
    stream = b"---\n" + meta_text(name, below, kind_of(name)) + b"---\n"
    return put(registry, Image(*package_layers(stream)), f"team/{name}", tag)


def write_package(
    registry: FakeRegistry, folder: Path, name: str, depends_on: Mapping[str, str]
) -> Path:
    """Writes the package `name` into a folder of its own below `folder`."""
    below = {source(registry, other): version for other, version in depends_on.items()}
    path = folder / name / "crossplane.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(meta_text(name, below))
    return path.parent


def requests(registry: FakeRegistry) -> dict[str, int]:
    """How many requests there were for tags, digests, manifests and blobs."""
    return {
        "tags": registry.count("GET", "/tags/list"),
        "digests": registry.count("HEAD", "/manifests/"),
        "manifests": registry.count("GET", "/manifests/"),
        "blobs": registry.count("GET", "/blobs/"),
    }
