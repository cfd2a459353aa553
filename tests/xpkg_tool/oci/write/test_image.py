"""Config, manifest and archive, held to files that go-containerregistry and the CLI wrote."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from xpkg_tool.oci.write import image, layer
from xpkg_tool.oci.write.archive import write_archive

VECTORS = Path(__file__).parents[3] / "vectors"


def vector_layers() -> list[layer.Layer]:
    """The two compressed layers in hybrid.xpkg, which zlib made."""
    layers = []
    with tarfile.open(VECTORS / "hybrid.xpkg") as archive:
        names = json.loads(_read(archive, "manifest.json"))[0]["Layers"]
        for name, kind, tar in zip(names, ("base", "upbound"), ("base", "examples")):
            data = _read(archive, name)
            diff_id = hashlib.sha256((VECTORS / f"{tar}.layer.tar").read_bytes()).hexdigest()
            layers.append(layer.Layer(kind, data, layer.sha256(data), f"sha256:{diff_id}"))
    return layers


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None
    return member.read()


def test_the_manifest_digest_is_the_one_upstream_pushes() -> None:
    built = image.build_image(vector_layers())
    assert built.digest == "sha256:bc70d2d052d00a0d251ebfec9c7c7e2014c46afb40e495ee0c330f32bbf9381b"


def test_the_archive_equals_the_vector() -> None:
    built = image.build_image(vector_layers())
    assert b"".join(write_archive(built)) == (VECTORS / "hybrid.xpkg").read_bytes()


def test_config_and_manifest_equal_what_go_wrote() -> None:
    """The vectors without a platform: the same bytes, annotations included."""
    layers = [
        layer.Layer(kind, data, layer.sha256(data), layer.sha256((VECTORS / tar).read_bytes()))
        for kind, tar, data in (
            ("base", "base.layer.tar", (VECTORS / "base.layer.tar.gz").read_bytes()),
            ("upbound", "examples.layer.tar", (VECTORS / "examples.layer.tar.gz").read_bytes()),
        )
    ]
    built = image.build_image(layers, image.Platform("", ""))
    assert built.config == (VECTORS / "config.json").read_bytes()
    assert built.manifest == (VECTORS / "pushed-manifest.json").read_bytes()


def test_only_a_base_layer() -> None:
    built = image.build_image(vector_layers()[:1])
    config, manifest = json.loads(built.config), json.loads(built.manifest)
    (descriptor,) = manifest["layers"]
    assert descriptor["annotations"] == {"io.crossplane.xpkg": "base"}
    assert config["config"]["Labels"] == {f"io.crossplane.xpkg:{descriptor['digest']}": "base"}
    assert len(config["history"]) == len(config["rootfs"]["diff_ids"]) == 1


def test_two_builds_share_nothing_but_their_bytes() -> None:
    archives = {b"".join(write_archive(image.build_image(vector_layers()))) for _ in range(3)}
    assert len(archives) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": "<b> & c"}, rb'{"a":"\u003cb\u003e \u0026 c"}'), ({"ü": None}, '{"ü":null}'.encode())],
)
def test_json_is_written_as_go_writes_it(value: dict[str, object], text: bytes) -> None:
    assert image.compact_json(value) == text
