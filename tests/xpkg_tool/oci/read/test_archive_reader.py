"""Reading packages, and refusing what is not one."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import (
    HYBRID,
    HYBRID_DIGEST,
    MANIFEST,
    blob_name,
    descriptor,
    index_of,
    make_archive,
    manifest_of,
    members_of,
    sha256,
    to_json,
    write_tar,
)
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.manifests import MAX_MANIFEST
from xpkg_tool.oci.read.archive_reader import open_archive

CONFIG, LAYER = b'{"os":"linux"}', b"layer"


def test_the_vector() -> None:
    archive = open_archive(str(HYBRID))
    assert (archive.digest, archive.media_type) == (HYBRID_DIGEST, MANIFEST)
    assert sha256(archive.manifest) == HYBRID_DIGEST
    data = json.loads(archive.manifest)
    assert [b.digest for b in archive.blobs] == [
        d["digest"] for d in (data["config"], *data["layers"])
    ]
    for blob in archive.blobs:
        reader = archive.open(blob)
        content = reader.read()
        reader.close()
        assert (sha256(content), len(content), len(reader)) == (blob.digest, blob.size, blob.size)
    with closing(archive.open(archive.layers[0])) as reader:
        assert gzip.decompress(b"".join(reader)).startswith(b"package.yaml")


def test_a_layer_that_is_there_twice_is_one_blob(tmp_path: Path) -> None:
    archive = open_archive(str(make_archive(tmp_path / "a", LAYER, LAYER)))
    assert len(archive.layers) == 2
    assert len(archive.blobs) == 2


def test_blobs_are_streamed(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", bytes(40_000_000))
    tracemalloc.start()
    archive = open_archive(str(path))
    with closing(archive.open(archive.layers[0])) as reader:
        size = sum(len(chunk) for chunk in reader)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 40_000_000
    assert peak < 8_000_000


def test_damaged_content_is_never_handed_out_whole(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", b"x" * 100_000)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"x" * 100_000, b"x" * 50_000 + b"y" + b"x" * 49_999))
    archive = open_archive(str(path))
    got: list[bytes] = []
    reader = archive.open(archive.layers[0])
    with closing(reader), pytest.raises(ImageError, match="does not match its digest") as caught:
        got.extend(iter(lambda: reader.read(1000), b""))
    assert len(b"".join(got)) == 99_000
    assert caught.value.finding.path == str(path)


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", b"x" * 100_000)
    archive = open_archive(str(path))
    path.write_bytes(path.read_bytes()[:20_000])
    reader = archive.open(archive.layers[0])
    with closing(reader), pytest.raises(ImageError, match="truncated"):
        b"".join(reader)


def changed(**members: bytes) -> dict[str, bytes]:
    return {**members_of(CONFIG, [LAYER]), **{k.replace("_", "."): v for k, v in members.items()}}


def with_manifest(manifest: bytes, index: bytes | None = None) -> dict[str, bytes]:
    base = members_of(CONFIG, [LAYER])
    base.pop(blob_name(manifest_of(CONFIG, [LAYER])))
    return {**base, "index.json": index or index_of(manifest), blob_name(manifest): manifest}


GOOD = manifest_of(CONFIG, [LAYER])
WRONG_SIZE = json.loads(GOOD)
WRONG_SIZE["config"]["size"] += 1
BAD_MEMBERS = {
    "no layout": ({k: v for k, v in changed().items() if k != "oci-layout"}, "no oci-layout"),
    "nothing": ({"a": b""}, "no oci-layout"),
    "no index": (
        {k: v for k, v in changed(manifest_json=b"[]").items() if k != "index.json"},
        "manifest.json names 0 images",
    ),
    "no manifest": (
        {k: v for k, v in changed().items() if k != blob_name(GOOD)},
        "Blob sha256:.* is missing",
    ),
    "no layer": (
        {k: v for k, v in changed().items() if k != blob_name(LAYER)},
        "Blob sha256:.* is missing",
    ),
    "other layout": (
        changed(**{"oci-layout": b'{"imageLayoutVersion":"2"}'}),
        "a version other than",
    ),
    "index no JSON": (changed(index_json=b"{"), "index.json is not a JSON value"),
    "index a list": (changed(index_json=b"[]"), "index.json is not a JSON object"),
    "deep index": (changed(index_json=b"[" * 100_000), "index.json is not a JSON value"),
    "huge number": (changed(index_json=b'{"a":' + b"9" * 4_000_000 + b"}"), "not a JSON value"),
    "not a number": (changed(index_json=b'{"a":NaN}'), "not a JSON value"),
    "lone surrogate": (changed(index_json=b'{"a":"\\ud800"}'), "not a JSON value"),
    "not UTF-8": (changed(index_json=b'{"a":"\xff"}'), "not a JSON value"),
    "index a text": (changed(index_json=b'{"manifests":"x"}'), "no list of manifests"),
    "two manifests": (
        changed(index_json=to_json({"manifests": [descriptor(GOOD, MANIFEST)] * 2})),
        "names 2 manifests instead of exactly one",
    ),
    "another type": (
        changed(index_json=to_json({"manifests": [descriptor(GOOD, "application/x")]})),
        "differs from the one by which it was named",
    ),
    "a type that is no image's": (
        with_manifest(b"{}", to_json({"manifests": [descriptor(b"{}", "application/x")]})),
        "unsupported type 'application/x'",
    ),
    "manifest of another digest": (
        {**changed(), blob_name(GOOD): GOOD + b" "},
        "The digest of the manifest is",
    ),
    "manifest of another size": (
        changed(
            index_json=to_json({"manifests": [{**descriptor(GOOD, MANIFEST), "size": 1}]}),
        ),
        "The manifest has 373 bytes, but index.json says 1",
    ),
    "blob of another size": (with_manifest(to_json(WRONG_SIZE)), "bytes, but the manifest says"),
    "manifest over 4 MiB": (with_manifest(GOOD + b" " * MAX_MANIFEST), "more than 4,194,304"),
    "index over 4 MiB": (changed(index_json=b" " * (MAX_MANIFEST + 1)), "more than 4,194,304"),
    "manifest no JSON": (with_manifest(b"no"), "The manifest is not a JSON value"),
    "no layers": (with_manifest(b'{"config":{}}'), "no list of layers"),
    "no config": (with_manifest(b'{"layers":[]}'), "without a valid media type"),
    "two types": (with_manifest(b'{"mediaType":"x","layers":[]}'), "differs from the one"),
    "too many layers": (
        with_manifest(to_json({"config": descriptor(CONFIG), "layers": [descriptor(LAYER)] * 257})),
        "more than 256 layers",
    ),
    "annotations no texts": (
        with_manifest(
            to_json({"config": {**descriptor(CONFIG), "annotations": {"a": 1}}, "layers": []})
        ),
        "annotations that are not a map of strings",
    ),
    "size a boolean": (
        with_manifest(
            to_json({"layers": [], "config": {**descriptor(CONFIG), "size": True}}),
        ),
        "without a valid media type",
    ),
    "escape": ({**changed(), "../x": b""}, r"'\.\./x' leads out"),
    "hidden escape": ({**changed(), "a/../../x": b""}, "leads out"),
    "absolute": ({**changed(), "/etc/x": b""}, "leads out"),
    "too many": (
        {**changed(), **{f"blobs/sha256/{n:064x}": b"" for n in range(4096)}},
        "more than 4,096 headers",
    ),
    "two images": (changed(manifest_json=to_json([{}, {}])), "manifest.json names 2 images"),
    "another image": (
        changed(manifest_json=to_json([{"Config": blob_name(CONFIG), "Layers": []}])),
        "manifest.json names a different config or different layers",
    ),
}


@pytest.mark.parametrize("case", BAD_MEMBERS)
def test_a_bad_package(case: str, tmp_path: Path) -> None:
    members, message = BAD_MEMBERS[case]
    path = write_tar(tmp_path / "bad.xpkg", members.items())
    with pytest.raises(ImageError, match=message) as caught:
        open_archive(str(path))
    assert caught.value.finding.path == str(path)
    assert len(caught.value.finding.remedy) > 20


def test_a_member_that_is_there_twice(tmp_path: Path) -> None:
    members = [*changed().items(), ("index.json", b"{}")]
    with pytest.raises(ImageError, match="appears twice"):
        open_archive(str(write_tar(tmp_path / "a", members)))


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_no_devices(kind: bytes, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is a device or a FIFO"):
        open_archive(str(write_tar(tmp_path / "a", [("index.json", b"")], kind)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
@pytest.mark.parametrize("target", ["../x", "/etc/passwd", "blobs/../../x"])
def test_links_out_of_the_archive(kind: bytes, target: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:") as tar:
        info = tarfile.TarInfo("index.json")
        info.type, info.linkname = kind, target
        tar.addfile(info)
    with pytest.raises(ImageError, match="leads out of the archive"):
        open_archive(str(tmp_path / "a"))


def test_a_circle_of_links_is_no_file(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:") as tar:
        tar.addfile(tarfile.TarInfo("x"))
        for name, target in (("index.json", "oci-layout"), ("oci-layout", "index.json")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    with pytest.raises(ImageError, match="no oci-layout"):
        open_archive(str(tmp_path / "a"))


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_what_other_programs_add(format: int, tmp_path: Path) -> None:
    """Folders, `./` before the names, files of their own with long names: as `tar` writes them."""
    with tarfile.open(tmp_path / "a", "w:", format=format) as tar:
        for folder in (".", "./blobs", "./blobs/sha256"):
            info = tarfile.TarInfo(folder)
            info.type = tarfile.DIRTYPE
            tar.addfile(info)
        long = "./" + "x" * 90 + "/" + "y" * (60 if format == tarfile.USTAR_FORMAT else 900)
        for name, content in {**changed(), long: b"own"}.items():
            info = tarfile.TarInfo(name if name == long else f"./{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    assert open_archive(str(tmp_path / "a")).manifest == GOOD


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_name_of_megabytes_is_not_read(format: int, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a", "w:", format=format) as tar:
        tar.addfile(tarfile.TarInfo("ä" * 1_000_000), io.BytesIO())
    with pytest.raises(ImageError, match="a header in it has more than"):
        open_archive(str(tmp_path / "a"))


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    content = HYBRID.read_bytes()
    path = tmp_path / "cut.xpkg"
    for length in range(0, len(content) - 1024, 509):
        path.write_bytes(content[:length])
        with pytest.raises(
            ImageError, match=r"truncated|not a tar archive|is missing|but missing|contains no"
        ):
            open_archive(str(path))


@pytest.mark.parametrize(
    "content",
    [b"", b"text", bytes(511), bytes(1024), b"\xff" * 512, gzip.compress(b"x" * 999, mtime=0)],
)
def test_no_tar(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(ImageError, match="not a tar archive"):
        open_archive(str(tmp_path / "a"))


@pytest.mark.parametrize(
    ("name", "reason"), [("nope", "No such file"), (".", "This is not a regular file")]
)
def test_unreadable(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match=reason):
        open_archive(str(tmp_path / name))
