"""The image: config with labels and manifest with annotations, as go-containerregistry writes them.

Labels in the config and annotations on the layer descriptors agree, so Crossplane's own push
computes the same digest as this module (tests/vectors/README.md, hybrid.xpkg).
"""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from xpkg_tool.oci.write.layer import Layer, sha256

ANNOTATION = "io.crossplane.xpkg"
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"

# What go-containerregistry writes for an image without a creation time.
_ZERO_TIME = "0001-01-01T00:00:00Z"


class Platform(NamedTuple):
    """`architecture` and `os` of the config. A package without a runtime does not need a platform,
    but an empty one breaks indexes downstream (crossplane#4977)."""

    architecture: str = "amd64"
    os: str = "linux"


_USUAL = Platform()


class Image(NamedTuple):
    """A built package image. `config` and `manifest` are the exact bytes that are stored."""

    layers: tuple[Layer, ...]
    config: bytes
    config_digest: str
    manifest: bytes
    digest: str


def build_image(layers: Sequence[Layer], platform: Platform = _USUAL) -> Image:
    """An image with these layers, in order."""
    config = _config(layers, platform)
    config_digest = sha256(config)
    manifest = manifest_bytes(
        config, [(LAYER_TYPE, layer.size, layer.digest, layer.kind) for layer in layers]
    )
    return Image(tuple(layers), config, config_digest, manifest, sha256(manifest))


def manifest_bytes(config: bytes, layers: Iterable[tuple[str, int, str, str | None]]) -> bytes:
    """The manifest with these layers: for each, its media type, size, digest and the value of its
    annotation (None for a layer that the package manager does not know)."""
    return compact_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "size": len(config), "digest": sha256(config)},
            "layers": [
                {
                    "mediaType": media_type,
                    "size": size,
                    "digest": digest,
                    **({} if kind is None else {"annotations": {ANNOTATION: kind}}),
                }
                for media_type, size, digest, kind in layers
            ],
        }
    )


def compact_json(value: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """JSON as Go's encoder writes it: no white space, UTF-8, with `<`, `>` and `&` escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8")


def _config(layers: Sequence[Layer], platform: Platform) -> bytes:
    labels = {f"{ANNOTATION}:{layer.digest}": layer.kind for layer in layers}
    return compact_json(
        {
            "architecture": platform.architecture,
            "created": _ZERO_TIME,
            "history": [{"created": _ZERO_TIME} for _ in layers],
            "os": platform.os,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "config": {"Labels": dict(sorted(labels.items()))},
        }
    )
