"""Reads the files that `docker save` and the Crossplane CLI write, and predicts the manifest that a
push creates.

Such a file has manifest.json, a config and layers, compressed or not; it has no manifest and so no
annotations. The Crossplane CLI therefore keeps them as labels in the config,
`io.crossplane.xpkg:<layer digest>`, and turns these into annotations when it pushes the file.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.oci.blobs import CHUNK, FileBlobs, Files, Window, read_all
from xpkg_tool.oci.image_error import (
    BLOB_MISSING,
    DIGEST_DIFFERS,
    finding_of,
    image_error,
    over_limit,
)
from xpkg_tool.oci.manifests import (
    MAX_CONFIG,
    MAX_LAYERS,
    MAX_MANIFEST,
    UNCOMPRESSED_LAYER_TYPE,
    parse_config,
    parse_manifest,
    parse_value,
)
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, StoredImage, config_bytes, stored
from xpkg_tool.oci.write.image import ANNOTATION, LAYER_TYPE, MANIFEST_TYPE, manifest_bytes
from xpkg_tool.oci.write.layer import sha256

_GZIP = b"\x1f\x8b"
# Names that contain the content's digest; in other names, 64 digits are an ID chosen by Docker.
_CONFIG_NAME = re.compile(r"(?:sha256:|blobs/sha256/)?([0-9a-f]{64})(?:\.json)?")
_LAYER_NAME = re.compile(r"(?:sha256:|blobs/sha256/)?([0-9a-f]{64})(?:\.tar\.gz)?")


@dataclass(frozen=True)
class Entry:
    """The only image in manifest.json: the names of the files with its config and layers."""

    config: str
    layers: tuple[str, ...]


def read_entry(files: Files) -> Entry:
    """The entry of manifest.json. Raises ImageError if it does not name exactly one image."""
    path, window = files.path, files.find("manifest.json")
    if window is None:
        raise image_error(path, "There is no manifest.json in it")
    if window.size > MAX_MANIFEST:
        raise over_limit(path, "manifest.json has", MAX_MANIFEST, "bytes")
    entries = parse_value(path, "manifest.json", read_all(window), MAX_MANIFEST)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise image_error(path, "manifest.json is not a list of images")
    if len(entries) != 1:
        raise image_error(
            path,
            f"manifest.json names {len(entries)} images, and it is not clear which one is meant",
            f"Save only one image in the file.{_tags(entries)}",
        )
    config, layers = entries[0].get("Config"), entries[0].get("Layers")
    if (
        not isinstance(config, str)
        or not isinstance(layers, list)
        or not all(isinstance(layer, str) for layer in layers)
    ):
        raise image_error(path, "manifest.json does not name a config and layers")
    if len(layers) > MAX_LAYERS:
        raise over_limit(path, "The image has", MAX_LAYERS, "layers")
    return Entry(normal_name(config), tuple(normal_name(layer) for layer in layers))


def read_docker_archive(files: Files) -> StoredImage:
    """The image that manifest.json names, with the manifest that a push would create if its layers
    are compressed. Raises ImageError. Reads all layers once, for their digests."""
    path, entry = files.path, read_entry(files)
    window = _named(files, entry.config)
    if window.size > MAX_CONFIG:
        raise over_limit(path, "The config has", MAX_CONFIG, "bytes")
    config = read_all(window)
    windows = {sha256(config): window}
    faults = _wrong_name(path, _CONFIG_NAME, entry.config, sha256(config))
    hashed: dict[str, tuple[str, str]] = {}
    layers = []
    for name in entry.layers:
        window = _named(files, name)
        if name not in hashed:
            media_type, digest = hashed[name] = _hash(window)
            # The name of an uncompressed layer may be a different digest, or an ID.
            if media_type == LAYER_TYPE:
                faults += _wrong_name(path, _LAYER_NAME, name, digest)
        media_type, digest = hashed[name]
        windows[digest] = window
        layers.append((media_type, window.size, digest))
    raw = _manifest(path, config, layers)
    manifest = parse_manifest(path, raw, MANIFEST_TYPE)
    blobs = FileBlobs(path, windows.get)
    return stored(path, DOCKER_ARCHIVE, manifest, sha256(raw), blobs).with_faults(faults)


def pushed_manifest(image: StoredImage) -> bytes:
    """The manifest that Crossplane's own push creates from an image's config and layers:
    annotations come from the config's labels, everything else is created anew (crossplane CLI's
    `xpkg push`, crossplane-runtime pkg/xpkg AnnotateLayers).

    For our own files this is the manifest in them. Raises ImageError, also for layers that are not
    compressed: push would compress them, with bytes that depend on its version."""
    for layer in image.layers:
        if layer.media_type == UNCOMPRESSED_LAYER_TYPE or not layer.media_type.endswith("gzip"):
            raise image_error(
                image.source,
                f"Layer {layer.digest} is not compressed with gzip, so its digest after a push is "
                "not known",
                "Build the package with `pants package`, whose layers are compressed.",
            )
    layers = [(LAYER_TYPE, y.size, y.digest) for y in image.layers]
    return _manifest(image.source, config_bytes(image), layers)


def _manifest(path: str, config: bytes, layers: list[tuple[str, int, str]]) -> bytes:
    labels = parse_config(path, config).labels
    return manifest_bytes(
        config,
        [
            (media_type, size, digest, labels.get(f"{ANNOTATION}:{digest}"))
            for media_type, size, digest in layers
        ],
    )


def normal_name(name: str) -> str:
    """Normalizes `./a//b` to `a/b`: programs write either."""
    return posixpath.normpath(name) if name else ""


def _named(files: Files, name: str) -> Window:
    window = files.find(name)
    if window is None:
        raise image_error(
            files.path, f"{name!r} is named in manifest.json but missing", rule=BLOB_MISSING
        )
    return window


def _hash(window: Window) -> tuple[str, str]:
    """The media type and digest of the layer in `window`."""
    digest, media_type = hashlib.sha256(), ""
    with closing(window.open()) as reader:
        for piece in iter(lambda: reader.read(CHUNK), b""):
            digest.update(piece)
            media_type = media_type or (
                LAYER_TYPE if piece.startswith(_GZIP) else UNCOMPRESSED_LAYER_TYPE
            )
    return media_type or UNCOMPRESSED_LAYER_TYPE, f"sha256:{digest.hexdigest()}"


def _wrong_name(path: str, pattern: re.Pattern[str], name: str, digest: str) -> list[Finding]:
    match = pattern.fullmatch(name)
    if match is None or digest == f"sha256:{match.group(1)}":
        return []
    return [
        finding_of(
            path,
            f"The content of {name!r} does not match the digest in its name; it has {digest}",
            rule=DIGEST_DIFFERS,
        )
    ]


def _tags(entries: list[Any]) -> str:
    tags = [tag for entry in entries for tag in entry.get("RepoTags") or () if isinstance(tag, str)]
    return f" It has: {', '.join(tags[:20])}." if tags else ""
