"""Images made for tests: layers of any content, in archives, layouts and docker-archives."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Union

from tests.xpkg_tool.archives import MANIFEST, blob_name, descriptor, sha256, to_json, write_tar

ANNOTATION = "io.crossplane.xpkg"
GZIP_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

META = b"""\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: configuration-example
spec:
  crossplane:
    version: ">=v1.14.0-0"
  dependsOn:
    - apiVersion: pkg.crossplane.io/v1
      kind: Provider
      package: xpkg.example.org/team/provider
      version: ">=v1.0.0"
"""
PACKAGE = b"---\n" + META + b"---\n"
EXAMPLE = b"---\napiVersion: example.org/v1\nkind: XThing\nmetadata:\n  name: ex\n---\n"

# The content of a file, or a member as it is to be.
Entry = Union[bytes, tarfile.TarInfo]


def tar(*entries: tuple[str, Entry], format: int = tarfile.USTAR_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:", format=format) as archive:
        for name, entry in entries:
            info = entry if isinstance(entry, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            content = entry if isinstance(entry, bytes) else b""
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def link(target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def folder() -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type = tarfile.DIRTYPE
    return info


def gz(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)


class Image:
    """Layers (stored bytes, annotation or None), and everything that is derived from them. What a
    test changes is changed before the bytes are asked for."""

    def __init__(
        self,
        *layers: tuple[bytes, str | None],
        labels: Mapping[str, str] | None = None,
        platform: tuple[str, str] = ("linux", "amd64"),
    ) -> None:
        self.layers = [data for data, _ in layers]
        self.descriptors: list[dict[str, Any]] = []
        for data, kind in layers:
            entry = descriptor(data, GZIP_LAYER)
            self.descriptors.append(entry if kind is None else annotated(entry, kind))
        if labels is None:
            labels = {f"{ANNOTATION}:{sha256(d)}": kind for d, kind in layers if kind is not None}
        self.config: dict[str, Any] = {
            "os": platform[0],
            "architecture": platform[1],
            "rootfs": {"type": "layers", "diff_ids": [sha256(plain(d)) for d in self.layers]},
            "config": {"Labels": dict(labels)},
        }

    @property
    def config_bytes(self) -> bytes:
        return to_json(self.config)

    @property
    def manifest(self) -> bytes:
        return to_json(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": descriptor(self.config_bytes),
                "layers": self.descriptors,
            }
        )

    @property
    def digest(self) -> str:
        return sha256(self.manifest)

    @property
    def blobs(self) -> dict[str, bytes]:
        contents = (self.config_bytes, *self.layers, self.manifest)
        return {blob_name(content): content for content in contents}

    def members(self) -> dict[str, bytes]:
        """The files of an OCI layout with this image."""
        return {
            "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
            "index.json": to_json(
                {"schemaVersion": 2, "manifests": [descriptor(self.manifest, MANIFEST)]}
            ),
            **self.blobs,
        }

    def archive(self, path: Path) -> Path:
        return write_tar(path, self.members().items())

    def folder(self, path: Path) -> Path:
        for name, content in self.members().items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path

    def docker_members(self) -> dict[str, bytes]:
        """As the Crossplane CLI writes a file."""
        config = self.config_bytes
        names = [f"{sha256(layer).partition(':')[2]}.tar.gz" for layer in self.layers]
        entry = {"Config": sha256(config), "RepoTags": None, "Layers": names}
        return {
            sha256(config): config,
            **dict(zip(names, self.layers)),
            "manifest.json": to_json([entry]),
        }

    def docker_archive(self, path: Path) -> Path:
        return write_tar(path, self.docker_members().items())


def annotated(entry: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {**entry, "annotations": {ANNOTATION: kind}}


def plain(layer: bytes) -> bytes:
    """The tar in a layer; b"" where it is damaged."""
    try:
        return gzip.decompress(layer) if layer[:2] == b"\x1f\x8b" else layer
    except (OSError, EOFError, zlib.error):
        return b""


def package_layers(
    package: bytes = PACKAGE, examples: bytes | None = EXAMPLE
) -> list[tuple[bytes, str | None]]:
    layers: list[tuple[bytes, str | None]] = [(gz(tar(("package.yaml", package))), "base")]
    if examples is not None:
        layers.append((gz(tar((".up/examples.yaml", examples))), "upbound"))
    return layers


def unannotated(layers: Iterable[tuple[bytes, str | None]]) -> list[tuple[bytes, str | None]]:
    return [(data, None) for data, _ in layers]


def runtime_layers() -> list[tuple[bytes, str | None]]:
    """As of a provider's own image: folders, links, a program, files removed by a later layer."""
    return [
        (
            gz(
                tar(
                    ("usr/", folder()),
                    ("usr/bin", folder()),
                    ("usr/bin/provider", b"\x7fELF" * 1000),
                    ("bin", link("usr/bin")),
                    ("etc/passwd", b"root:x:0:0\n"),
                    ("etc/hard", link("etc/passwd", tarfile.LNKTYPE)),
                    ("dev/null", _device()),
                    ("usr/share/" + "x" * 200, b"long"),
                    format=tarfile.GNU_FORMAT,
                )
            ),
            None,
        ),
        (
            gz(
                tar(
                    ("etc/.wh.passwd", b""),
                    ("ä" * 120, b"pax"),
                    format=tarfile.PAX_FORMAT,
                )
            ),
            None,
        ),
        # What a Dockerfile's ENV and CMD lines leave.
        (gz(bytes(1024)), None),
    ]


def _device() -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type = tarfile.CHRTYPE
    return info


def index_of(children: Sequence[tuple[bytes, Mapping[str, str] | None]]) -> bytes:
    """An image index of manifests, each with its platform (None: none)."""
    manifests = [
        {**descriptor(raw, MANIFEST), **({} if platform is None else {"platform": platform})}
        for raw, platform in children
    ]
    return to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})


def loads(content: bytes) -> Any:
    return json.loads(content)
