"""Reads manifests, indexes and configs: untrusted JSON becomes typed values.

Image specification 1.1 (manifest.md, image-index.md, config.md) and Docker's image manifest 2.2,
which agree on everything needed here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Mapping

from xpkg_tool.oci.image_error import ImageError, image_error, over_limit
from xpkg_tool.oci.write.image import INDEX_TYPE, LAYER_TYPE, MANIFEST_TYPE

# In bytes. The distribution specification asks registries to accept at least this much.
MAX_MANIFEST = 4 * 1024 * 1024
MAX_CONFIG = 8 * 1024 * 1024
# Crossplane v1.13 to v2.1 refuses more.
MAX_LAYERS = 256

MANIFEST_TYPES = (MANIFEST_TYPE, "application/vnd.oci.image.manifest.v1+json")
INDEX_TYPES = ("application/vnd.docker.distribution.manifest.list.v2+json", INDEX_TYPE)
# The annotation of an index's entry that names the image.
REF_NAME = "org.opencontainers.image.ref.name"
UNCOMPRESSED_LAYER_TYPE = LAYER_TYPE.rpartition(".")[0]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# 64-bit integers have 19 digits; Python before 3.11 takes minutes for a number with millions.
_LONGEST_INTEGER = 19


@dataclass(frozen=True)
class Descriptor:
    """A descriptor of a blob: media type, `sha256:<hex>`, size in bytes, annotations."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """An image manifest: its exact bytes and its parsed fields."""

    raw: bytes
    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True)
class StoredManifest:
    """A manifest or an index: its media type, its digest and its exact bytes."""

    media_type: str
    digest: str
    manifest: bytes


@dataclass(frozen=True)
class ImageConfig:
    """The fields of an image's config that are used here. Missing strings are empty."""

    architecture: str = ""
    os: str = ""
    variant: str = ""
    os_version: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    diff_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndexEntry:
    """An entry of an index. `platform` is `os/architecture`, or None if it has none."""

    descriptor: Descriptor
    platform: str | None


def parse_manifest(path: str, raw: bytes, media_type: str) -> Manifest:
    """The manifest in `raw`, whose descriptor or header says `media_type`. Raises ImageError."""
    data = parse_json(path, "the manifest", raw, MAX_MANIFEST)
    declared = data.get("mediaType", media_type)
    if declared != media_type:
        raise image_error(
            path, "The media type in the manifest differs from the one by which it was named"
        )
    if media_type not in MANIFEST_TYPES:
        raise image_error(path, f"The manifest has the unsupported type {str(media_type)!r}")
    layers = data.get("layers")
    if not isinstance(layers, list):
        raise image_error(path, "The manifest has no list of layers")
    if len(layers) > MAX_LAYERS:
        raise over_limit(path, "The image has", MAX_LAYERS, "layers")
    return Manifest(
        raw,
        media_type,
        parse_descriptor(path, "The manifest", data.get("config")),
        tuple(parse_descriptor(path, "The manifest", layer) for layer in layers),
    )


def parse_index(path: str, name: str, raw: bytes) -> tuple[IndexEntry, ...]:
    """The entries of the index in `raw`, called `name` in messages. Raises ImageError."""
    entries = parse_json(path, name, raw, MAX_MANIFEST).get("manifests")
    if not isinstance(entries, list):
        raise image_error(path, f"{name} has no list of manifests")
    return tuple(
        IndexEntry(parse_descriptor(path, name, entry), _platform(entry)) for entry in entries
    )


def choose_for_platform(path: str, entries: tuple[IndexEntry, ...]) -> Descriptor:
    """The entry of an index that the package manager uses: the first for linux/amd64, or without a
    platform (source: crossplane-runtime pkg/xpkg, go-containerregistry remote). An empty platform
    is not the same as none (crossplane#4977). Raises ImageError."""
    for entry in entries:
        if entry.platform in (None, "linux/amd64"):
            return entry.descriptor
    found = ", ".join(sorted({repr(entry.platform) for entry in entries})) or "nothing"
    raise image_error(
        path,
        f"The index has no image for linux/amd64, which the package manager uses; it has {found}",
        "Add that image to the index, with its platform.",
    )


def parse_config(path: str, raw: bytes) -> ImageConfig:
    """The config in `raw`. Raises ImageError."""
    data = parse_json(path, "the config", raw, MAX_CONFIG)
    inner = data.get("config")
    rootfs = data.get("rootfs")
    labels = inner.get("Labels") if isinstance(inner, dict) else None
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    return ImageConfig(
        architecture=_text(path, "architecture", data.get("architecture")),
        os=_text(path, "os", data.get("os")),
        variant=_text(path, "variant", data.get("variant")),
        os_version=_text(path, "os.version", data.get("os.version")),
        labels=_texts(path, "The config", "labels", labels),
        diff_ids=_digests(path, diff_ids),
    )


def parse_descriptor(path: str, where: str, data: Any) -> Descriptor:
    if isinstance(data, dict):
        media_type, digest, size = data.get("mediaType"), data.get("digest"), data.get("size")
        if (
            isinstance(media_type, str)
            and isinstance(digest, str)
            and _DIGEST.fullmatch(digest)
            and type(size) is int
            and size >= 0
        ):
            annotations = _texts(path, where, "annotations", data.get("annotations"))
            return Descriptor(media_type, digest, size, annotations)
    raise image_error(
        path, f"{where} has a descriptor without a valid media type, sha256 digest and size"
    )


def parse_json(path: str, name: str, raw: bytes, limit: int) -> dict[str, Any]:
    """The JSON object in `raw`, which may have at most `limit` bytes. Raises ImageError."""
    value = parse_value(path, name, raw, limit)
    if not isinstance(value, dict):
        raise _no_json(path, name, "object")
    return value


def parse_value(path: str, name: str, raw: bytes, limit: int) -> Any:
    """The JSON value in `raw`. Raises ImageError, also for what only Python accepts as JSON."""
    if len(raw) > limit:
        raise over_limit(path, f"{_capitalised(name)} has", limit, "bytes")
    try:
        value = json.loads(raw.decode("utf-8"), parse_int=integer, parse_constant=_no_constant)
        # A lone surrogate (an escape sequence) could not be written out again.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise _no_json(path, name, "value") from None
    return value


def _no_json(path: str, name: str, what: str) -> ImageError:
    return image_error(path, f"{_capitalised(name)} is not a JSON {what}")


def integer(digits: str) -> int:
    """`parse_int` for json.loads; raises ValueError for more digits than 64-bit integers have."""
    if len(digits) > _LONGEST_INTEGER:
        raise ValueError(digits[:_LONGEST_INTEGER])
    return int(digits)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _capitalised(name: str) -> str:
    return f"T{name[1:]}" if name.startswith("the ") else name


def _platform(entry: Mapping[str, Any]) -> str | None:
    platform = entry.get("platform")
    if not isinstance(platform, dict):
        return None
    return f"{platform.get('os', '')}/{platform.get('architecture', '')}"


def _text(path: str, name: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise image_error(path, f"The config's `{name}` is not a string")


def _texts(path: str, where: str, name: str, value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        return MappingProxyType(value)
    raise image_error(path, f"{where} has {name} that are not a map of strings")


def _digests(path: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise image_error(path, "The config has diff IDs that are not a list of strings")
