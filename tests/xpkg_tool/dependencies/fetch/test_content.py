"""From an image to its package, and to what proves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import sha256
from tests.xpkg_tool.dependencies.fetch.packages import fetched, image, stream
from tests.xpkg_tool.images import Image, gz, package_layers, runtime_layers, tar, unannotated
from xpkg_tool.dependencies.fetch import content
from xpkg_tool.dependencies.fetch.content import read_content
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.read.layout_reader import read_layout_folder


def read(one: Image, folder: Path, digest: str = "") -> FetchedPackage:
    stored = read_layout_folder(str(one.folder(folder)))
    return read_content("a.io/b", digest or one.digest, stored)


def test_the_proof_is_what_leads_to_the_package(tmp_path: Path) -> None:
    one = image("one")
    package = read(one, tmp_path)
    assert package == fetched("one")
    assert package.proof == fetched("one").proof
    # No examples, no config.
    assert set(package.proof.blobs) == {one.digest, sha256(one.layers[0])}  # type: ignore[union-attr]


def test_without_an_annotation_the_layers_above_belong_to_it(tmp_path: Path) -> None:
    top = (gz(tar(("etc/x", b"x"))), None)
    one = Image(*unannotated([*runtime_layers(), *package_layers(stream("one"), None), top]))
    package = read(one, tmp_path)
    assert package.stream == stream("one")
    needed = {one.digest, *map(sha256, one.layers[-2:])}
    assert set(package.proof.blobs) == needed  # type: ignore[union-attr]


@pytest.mark.parametrize("left", [0, 1])
def test_what_is_too_large_has_no_proof(
    left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = image("one")
    monkeypatch.setattr(content, "MAX_PROOF", len(one.layers[0]) - 1 + left)
    package = read(one, tmp_path)
    assert package.stream == stream("one")
    assert (package.proof is not None) == bool(left)


def test_another_digest_than_the_one_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ImageError) as caught:
        read(image("one"), tmp_path, image("two").digest)
    assert caught.value.finding.code == "XP903"


def test_two_layers_that_are_the_package(tmp_path: Path) -> None:
    one = Image(*package_layers(stream("one"), None), *package_layers(stream("two"), None))
    with pytest.raises(ImageError) as caught:
        read(one, tmp_path)
    assert caught.value.finding.code == "XP907"


def test_where_releases_find_different_packages(tmp_path: Path) -> None:
    layer = gz(tar(("app/package.yaml", b"x: y\n"), ("package.yaml", stream("one"))))
    with pytest.raises(ImageError) as caught:
        read(Image((layer, "base")), tmp_path)
    assert caught.value.finding.code == "XP910"
