"""Layers: the reference implementation's tars, byte for byte, and our own compressed bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from xpkg_tool.oci.write import layer, ustar
from xpkg_tool.oci.write.content import Content

VECTORS = Path(__file__).parents[3] / "vectors"


@pytest.mark.parametrize(
    ("make", "source", "tar"),
    [
        (layer.base_layer, "package.yaml", "base.layer.tar"),
        (layer.examples_layer, "examples.yaml", "examples.layer.tar"),
    ],
)
def test_the_tar_equals_what_go_writes(make, source, tar) -> None:  # type: ignore[no-untyped-def]
    made = make(Content.of((VECTORS / source).read_bytes()))
    expected = (VECTORS / tar).read_bytes()
    assert gzip.decompress(made.data) == expected
    assert made.diff_id == "sha256:" + hashlib.sha256(expected).hexdigest()


def test_the_compressed_bytes_are_a_promise() -> None:
    """A changed digest here changes the digest of every package: CHANGELOG.md must say why."""
    base = layer.base_layer(Content.of((VECTORS / "package.yaml").read_bytes()))
    examples = layer.examples_layer(Content.of((VECTORS / "examples.yaml").read_bytes()))
    assert base.digest == (
        "sha256:5a23d0be9b9f1a6761e062e8f17f7b4ca8c32dda9ffb1fbb378fa88d594db5d9"
    )
    assert examples.digest == (
        "sha256:6591447ce0ea9bd3c9d195333b1651b31a6eb8c76b9b96c9bd690f64a1e3bf28"
    )


def test_the_gzip_header_holds_no_time_and_no_system() -> None:
    assert layer.base_layer(Content.of(b"a: 1\n")).data[:10] == bytes.fromhex(
        "1f8b08000000000000ff"
    )


@pytest.mark.parametrize("beyond", [-1, 0, 1])
def test_a_large_tar_is_cut_into_gzip_members(beyond: int) -> None:
    """A tar of exactly 16 MiB is one member; one block more makes two, the last never empty."""
    blocks = layer.MEMBER_BYTES // ustar.BLOCK + beyond
    content = b"x" * ((blocks - 3) * ustar.BLOCK)  # A header and two end blocks go with it.
    made = layer.base_layer(Content.of(content))
    tar = gzip.decompress(made.data)
    assert len(tar) == blocks * ustar.BLOCK
    assert made.data.count(bytes.fromhex("1f8b08000000000000ff")) == (2 if beyond > 0 else 1)
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        (member,) = archive.getmembers()
        assert (member.name, member.size, member.mode) == ("package.yaml", len(content), 0o644)


@pytest.mark.parametrize(("blocks", "children"), [(layer.MEMBER_BYTES // ustar.BLOCK, 0), (0, 2)])
def test_other_processes_are_for_several_members(
    blocks: int, children: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`blocks` is the size of the tar; 0 for one more than fits in a member."""
    forks: list[int] = []
    fork = os.fork

    def noted() -> int:
        forks.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", noted)
    monkeypatch.setattr("xpkg_tool.process.parallel_map._cores", lambda: 2)
    size = (blocks or layer.MEMBER_BYTES // ustar.BLOCK + 1) - 3
    layer.base_layer(Content.of(b"x" * (size * ustar.BLOCK)))
    assert len(forks) == children


def test_another_deflate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deflate.__version__", "0.9.0")
    with pytest.raises(layer.DeflateVersionError, match=r"0\.9\.0 is installed.*0\.8\.1"):
        layer.base_layer(Content.of(b""))
