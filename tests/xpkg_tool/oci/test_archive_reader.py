"""Reading packages, and refusing what is not one (faults 14 and 21)."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from archives import (
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

from xpkg_tool.oci.archive_reader import MAX_MANIFEST, open_archive
from xpkg_tool.publish_error import PublishError

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
    with closing(reader), pytest.raises(PublishError, match="another digest") as caught:
        got.extend(iter(lambda: reader.read(1000), b""))
    assert len(b"".join(got)) == 99_000
    assert caught.value.finding.path == str(path)


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a", b"x" * 100_000)
    archive = open_archive(str(path))
    path.write_bytes(path.read_bytes()[:20_000])
    reader = archive.open(archive.layers[0])
    with closing(reader), pytest.raises(PublishError, match="cut off"):
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
    "no index": ({k: v for k, v in changed().items() if k != "index.json"}, "no index.json"),
    "no manifest": (
        {k: v for k, v in changed().items() if k != blob_name(GOOD)},
        "there is no blobs/sha256/",
    ),
    "no layer": (
        {k: v for k, v in changed().items() if k != blob_name(LAYER)},
        "blob sha256:.* is missing",
    ),
    "other layout": (changed(**{"oci-layout": b'{"imageLayoutVersion":"2"}'}), "another version"),
    "index no JSON": (changed(index_json=b"{"), "index.json is no JSON object"),
    "index a list": (changed(index_json=b"[]"), "index.json is no JSON object"),
    "deep index": (changed(index_json=b"[" * 100_000), "index.json is no JSON object"),
    "two manifests": (
        changed(index_json=to_json({"manifests": [descriptor(GOOD, MANIFEST)] * 2})),
        "exactly one manifest",
    ),
    "an index in the index": (
        changed(index_json=to_json({"manifests": [descriptor(GOOD, "application/x")]})),
        "of the type 'application/x'",
    ),
    "manifest of another digest": (
        {**changed(), blob_name(GOOD): GOOD + b" "},
        "manifest has another digest",
    ),
    "manifest of another size": (
        changed(
            index_json=to_json({"manifests": [{**descriptor(GOOD, MANIFEST), "size": 1}]}),
        ),
        "manifest has another size",
    ),
    "blob of another size": (with_manifest(to_json(WRONG_SIZE)), "another size than the manifest"),
    "manifest over 4 MiB": (with_manifest(GOOD + b" " * MAX_MANIFEST), "larger than 4194304"),
    "index over 4 MiB": (changed(index_json=b" " * (MAX_MANIFEST + 1)), "larger than 4194304"),
    "manifest no JSON": (with_manifest(b"no"), "the manifest is no JSON object"),
    "no layers": (with_manifest(b'{"config":{}}'), "no list of layers"),
    "no config": (with_manifest(b'{"layers":[]}'), "without a media type"),
    "two types": (with_manifest(b'{"mediaType":"x","layers":[]}'), "another type"),
    "size a boolean": (
        with_manifest(
            to_json({"layers": [], "config": {**descriptor(CONFIG), "size": True}}),
        ),
        "without a media type",
    ),
    "escape": ({**changed(), "../x": b""}, r"'\.\./x' does not belong"),
    "absolute": ({**changed(), "/etc/x": b""}, "does not belong"),
    "another name": ({**changed(), "package.yaml": b""}, "'package.yaml' does not belong"),
    "too many": (
        {**changed(), **{f"blobs/sha256/{n:064x}": b"" for n in range(4096)}},
        "more than 4096 members",
    ),
}


@pytest.mark.parametrize("case", BAD_MEMBERS)
def test_a_bad_package(case: str, tmp_path: Path) -> None:
    members, message = BAD_MEMBERS[case]
    path = write_tar(tmp_path / "bad.xpkg", members.items())
    with pytest.raises(PublishError, match=message) as caught:
        open_archive(str(path))
    assert caught.value.finding.path == str(path)
    assert "pants package" in caught.value.finding.remedy


def test_a_member_that_is_there_twice(tmp_path: Path) -> None:
    members = [*changed().items(), ("index.json", b"{}")]
    with pytest.raises(PublishError, match="there twice"):
        open_archive(str(write_tar(tmp_path / "a", members)))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_only_files(kind: bytes, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="does not belong"):
        open_archive(str(write_tar(tmp_path / "a", [("index.json", b"")], kind)))


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_extension_headers_are_not_read(format: int, tmp_path: Path) -> None:
    """A PAX header may be gigabytes long; it is refused by its type before that."""
    with tarfile.open(tmp_path / "a", "w:", format=format) as tar:
        tar.addfile(tarfile.TarInfo("x" * 300 + "ä"), io.BytesIO())
    with pytest.raises(PublishError, match="does not belong"):
        open_archive(str(tmp_path / "a"))


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    content = HYBRID.read_bytes()
    path = tmp_path / "cut.xpkg"
    for length in range(0, len(content) - 1024, 509):
        path.write_bytes(content[:length])
        with pytest.raises(PublishError, match=r"cut off|no tar archive"):
            open_archive(str(path))


@pytest.mark.parametrize(
    "content", [b"", b"text", bytes(511), b"\xff" * 512, gzip.compress(b"x" * 999)]
)
def test_no_tar(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(PublishError, match="no tar archive"):
        open_archive(str(tmp_path / "a"))


@pytest.mark.parametrize(("name", "reason"), [("nope", "No such file"), (".", "Is a directory")])
def test_unreadable(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=reason):
        open_archive(str(tmp_path / name))
