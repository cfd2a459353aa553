"""An entry of the cache: what it holds, and that nothing else is taken for one."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xpkg_tool.archives import MANIFEST, descriptor, sha256, to_json
from tests.xpkg_tool.dependencies.fetch.packages import AMD64, fetched, image, stream
from tests.xpkg_tool.images import OCI_INDEX, index_of
from xpkg_tool.dependencies.cache.entry import read_entry, write_entry
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, Proof
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.read.archive_reader import read_archive

ONE = fetched("one")
assert ONE.proof is not None
BYTES = b"".join(write_entry(ONE.digest, ONE.proof))


def read(content: bytes, folder: Path, digest: str = ONE.digest) -> FetchedPackage:
    path = folder / "entry.tar"
    path.write_bytes(content)
    return read_entry(str(path), ONE.source, digest)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    package = read(BYTES, tmp_path)
    assert (package, package.proof) == (ONE, ONE.proof)


def test_the_bytes_are_those_of_an_image_layout(tmp_path: Path) -> None:
    read(BYTES, tmp_path)
    with tarfile.open(tmp_path / "entry.tar") as tar:
        names = tar.getnames()
    assert names[:2] == ["oci-layout", "index.json"]
    assert names[2:] == sorted(names[2:])
    assert read_archive(str(tmp_path / "entry.tar")).digest == ONE.digest


def test_an_index_and_its_platforms(tmp_path: Path) -> None:
    one = image("one")
    index = index_of([(one.manifest, AMD64), (image("arm").manifest, {"os": "linux"})])
    layer = one.layers[0]
    blobs = {content: sha256(content) for content in (index, one.manifest, layer)}
    proof = Proof(OCI_INDEX, {digest: content for content, digest in blobs.items()})
    content = b"".join(write_entry(sha256(index), proof))
    package = read(content, tmp_path, sha256(index))
    assert package.stream == stream("one")
    assert package.platforms == {"linux/amd64": one.digest}
    assert package.proof == proof


def test_the_entry_of_another_package(tmp_path: Path) -> None:
    with pytest.raises(ImageError):
        read(BYTES, tmp_path, fetched("two").digest)


def _changed(change: dict[str, Any]) -> bytes:
    """The entry with an index.json that says something else."""
    root = {**descriptor(image("one").manifest, MANIFEST), **change}
    right = to_json({"schemaVersion": 2, "manifests": [root]})
    at = BYTES.index(b'{"schemaVersion"')
    end = BYTES.index(b"\0", at)
    assert len(right) <= end - at or change
    return BYTES[:at] + right.ljust(end - at) + BYTES[end:]


@pytest.mark.parametrize(
    "change",
    [{"digest": "sha256:" + "0" * 64}, {"mediaType": "x"}, {"mediaType": OCI_INDEX}, {"size": 1}],
    ids=str,
)
def test_an_index_that_lies(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ImageError):
        read(_changed(change), tmp_path)


@pytest.mark.parametrize("length", [0, 1, 512, 1536, len(BYTES) // 2, len(BYTES) - 1025])
def test_a_truncated_entry(length: int, tmp_path: Path) -> None:
    with pytest.raises(ImageError):
        read(BYTES[:length], tmp_path)


@given(st.integers(0, len(BYTES) - 1), st.integers(1, 255))
def test_a_byte_that_changed_is_noticed_or_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    damaged = bytearray(BYTES)
    damaged[place] ^= change
    try:
        package = read(bytes(damaged), folder)
    except ImageError:
        return
    finally:
        os.unlink(folder / "entry.tar")
    # In a header of the tar, or in the padding.
    assert (package, package.proof) == (ONE, ONE.proof)
