"""Files of `docker save` and the Crossplane CLI, and what a push makes of them."""

from __future__ import annotations

import io
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, VECTORS, sha256, to_json, write_tar
from tests.xpkg_tool.images import (
    ANNOTATION,
    Image,
    gz,
    loads,
    package_layers,
    plain,
    runtime_layers,
    tar,
)
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.read.archive_reader import open_archive, read_archive
from xpkg_tool.oci.read.docker_archive import pushed_manifest
from xpkg_tool.oci.stored_image import DOCKER_ARCHIVE, kind_of
from xpkg_tool.oci.write.image import build_image
from xpkg_tool.oci.write.layer import Layer

GOLDEN = VECTORS / "golden.xpkg"
PUSHED = (VECTORS / "pushed-manifest.json").read_bytes()


def test_the_vector() -> None:
    """Written by the real implementation; its push makes this very manifest of it."""
    image = open_archive(str(GOLDEN))
    assert image.form == DOCKER_ARCHIVE
    assert image.manifest == PUSHED
    assert image.digest == sha256(PUSHED)
    assert [kind_of(layer) for layer in image.layers] == ["base", "upbound"]
    for blob in image.blobs:
        with closing(image.open(blob)) as reader:
            assert sha256(reader.read()) == blob.digest


def test_a_push_of_the_file_changes_what_was_built() -> None:
    built = loads((VECTORS / "built-manifest.json").read_bytes())
    pushed = loads(pushed_manifest(open_archive(str(GOLDEN))))
    assert built != pushed
    for layer in pushed["layers"]:
        del layer["annotations"]
    assert built == pushed


def test_a_push_of_our_own_file_changes_nothing() -> None:
    image = open_archive(str(HYBRID))
    assert pushed_manifest(image) == image.manifest
    assert sha256(pushed_manifest(image)) == HYBRID_DIGEST


def built_layers(*kinds: str) -> list[Layer]:
    contents = {kind: tar((f"{kind}.yaml", kind.encode())) for kind in kinds}
    return [
        Layer(kind, gz(content), sha256(gz(content)), sha256(content))
        for kind, content in contents.items()
    ]


@pytest.mark.parametrize("kinds", [("base",), ("base", "upbound"), ("base", "upbound", "vendor")])
def test_labels_become_annotations(kinds: tuple[str, ...], tmp_path: Path) -> None:
    """Only a base layer, and several labels: what is built is what a push makes of it."""
    layers = built_layers(*kinds)
    built = build_image(layers)
    members = {
        sha256(built.config): built.config,
        **{f"{layer.digest[7:]}.tar.gz": layer.data for layer in layers},
    }
    names = list(members)
    members["manifest.json"] = to_json([{"Config": names[0], "Layers": names[1:]}])
    image = open_archive(str(write_tar(tmp_path / "a", members.items())))
    assert pushed_manifest(image) == image.manifest == built.manifest


def test_layers_of_a_runtime_and_other_labels_have_no_annotation(tmp_path: Path) -> None:
    layers = [*runtime_layers(), *package_layers()]
    labels = {f"{ANNOTATION}:{sha256(data)}": kind for data, kind in layers if kind}
    labels |= {
        "maintainer": "someone",
        f"{ANNOTATION}:sha256:{'0' * 64}": "base",
        f"{ANNOTATION}": "base",
        f"{ANNOTATION}:{sha256(layers[0][0])}x": "base",
    }
    image = open_archive(str(Image(*layers, labels=labels).docker_archive(tmp_path / "a")))
    manifest = loads(pushed_manifest(image))
    assert [layer.get("annotations") for layer in manifest["layers"]] == [
        None,
        None,
        None,
        {ANNOTATION: "base"},
        {ANNOTATION: "upbound"},
    ]


def test_annotations_that_no_label_backs_are_lost(tmp_path: Path) -> None:
    image = open_archive(str(Image(*package_layers(), labels={}).archive(tmp_path / "a")))
    assert [kind_of(layer) for layer in image.layers] == ["base", "upbound"]
    assert all("annotations" not in y for y in loads(pushed_manifest(image))["layers"])


def test_layers_that_are_not_compressed(tmp_path: Path) -> None:
    """As `docker save` and podman write them. A push compresses them, nobody knows how."""
    layers = [(plain(data), kind) for data, kind in package_layers()]
    image = open_archive(str(Image(*layers).docker_archive(tmp_path / "a")))
    assert {y.media_type for y in image.layers} == {"application/vnd.docker.image.rootfs.diff.tar"}
    with pytest.raises(ImageError, match="not compressed with gzip"):
        pushed_manifest(image)


@pytest.mark.parametrize(
    ("kind", "target"), [(tarfile.SYMTYPE, "../one/layer.tar"), (tarfile.LNKTYPE, "one/layer.tar")]
)
def test_layers_may_be_links_to_others(kind: bytes, target: str, tmp_path: Path) -> None:
    """Docker before 25 wrote a layer that two images share once."""
    made = Image(*package_layers())
    entry = {"Config": "c.json", "Layers": ["./one/layer.tar", "two/layer.tar"], "RepoTags": ["x"]}
    files = {"c.json": made.config_bytes, "one/layer.tar": made.layers[0]}
    with tarfile.open(tmp_path / "a", "w:") as archive:
        info = tarfile.TarInfo("two/layer.tar")
        info.type, info.linkname = kind, target
        archive.addfile(info)
        for name, content in {**files, "manifest.json": to_json([entry])}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    image = open_archive(str(tmp_path / "a"))
    assert [layer.digest for layer in image.layers] == [sha256(made.layers[0])] * 2


def test_a_name_that_lies(tmp_path: Path) -> None:
    members = Image(*package_layers()).docker_members()
    name = next(name for name in members if name.endswith(".tar.gz"))
    members[name] = gz(b"other")
    path = write_tar(tmp_path / "a", members.items())
    assert len(read_archive(str(path)).faults) == 1
    with pytest.raises(ImageError, match="does not match the digest in its name"):
        open_archive(str(path))


ENTRY = {"Config": "c", "Layers": []}
BAD = {
    "no list": (to_json(ENTRY), "not a list of images"),
    "no images": (b"[]", "names 0 images"),
    "two images": (to_json([{**ENTRY, "RepoTags": ["a:1"]}, ENTRY]), "names 2 images"),
    "no config": (to_json([{"Layers": []}]), "does not name a config and layers"),
    "layers no texts": (to_json([{"Config": "c", "Layers": [1]}]), "does not name a config"),
    "missing config": (to_json([{**ENTRY, "Config": "d"}]), "'d' is named in manifest.json"),
    "missing layer": (
        to_json([{**ENTRY, "Layers": ["l"]}]),
        "'l' is named in manifest.json",
    ),
    "out of it": (to_json([{**ENTRY, "Config": "../../etc/passwd"}]), "but missing"),
    "many layers": (to_json([{**ENTRY, "Layers": ["c"] * 257}]), "more than 256 layers"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files(case: str, tmp_path: Path) -> None:
    manifest, message = BAD[case]
    path = write_tar(tmp_path / "a", [("manifest.json", manifest), ("c", b"{}")])
    with pytest.raises(ImageError, match=message) as caught:
        open_archive(str(path))
    assert (
        "Save only one image in the file. It has: a:1." in str(caught.value) or case != "two images"
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b"[]", "The config is not a JSON object"),
        (b'{"config":{"Labels":{"a":1}}}', "labels that are not a map of strings"),
        (b'{"rootfs":{"diff_ids":[1]}}', "diff IDs that are not a list of strings"),
        (b'{"os":1}', "`os` is not a string"),
        (b" " * (8 * 1024 * 1024 + 1), "The config has more than 8,388,608 bytes"),
    ],
    ids=["list", "label", "diff ID", "os", "size"],
)
def test_bad_configs(config: bytes, message: str, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a", [("manifest.json", to_json([ENTRY])), ("c", config)])
    with pytest.raises(ImageError, match=message):
        open_archive(str(path))
