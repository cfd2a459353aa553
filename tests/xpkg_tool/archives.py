"""Packages made for tests: valid ones, and ones with one thing wrong."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "vectors"
HYBRID = VECTORS / "hybrid.xpkg"
HYBRID_DIGEST = "sha256:bc70d2d052d00a0d251ebfec9c7c7e2014c46afb40e495ee0c330f32bbf9381b"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

Member = tuple[str, bytes]


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def blob_name(content: bytes) -> str:
    return "blobs/" + sha256(content).replace(":", "/")


def descriptor(content: bytes, media_type: str = "application/octet-stream") -> dict[str, Any]:
    return {"mediaType": media_type, "size": len(content), "digest": sha256(content)}


def to_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def manifest_of(config: bytes, layers: Iterable[bytes]) -> bytes:
    return to_json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(config),
            "layers": [descriptor(layer) for layer in layers],
        }
    )


def index_of(manifest: bytes) -> bytes:
    return to_json({"schemaVersion": 2, "manifests": [descriptor(manifest, MANIFEST)]})


def members_of(config: bytes, layers: Iterable[bytes]) -> dict[str, bytes]:
    layers = list(layers)
    manifest = manifest_of(config, layers)
    blobs = {blob_name(b): b for b in (config, *layers, manifest)}
    return {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": index_of(manifest),
        "manifest.json": to_json(
            [
                {
                    "Config": blob_name(config),
                    "RepoTags": None,
                    "Layers": list(map(blob_name, layers)),
                }
            ]
        ),
        **dict(sorted(blobs.items())),
    }


def write_tar(path: Path, members: Iterable[Member], kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(path, "w:", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.size = len(content) if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(content))
    return path


def make_archive(path: Path, *layers: bytes, config: bytes = b'{"os":"linux"}') -> Path:
    return write_tar(path, members_of(config, layers).items())
