"""`extract`: files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID, HYBRID_DIGEST, VECTORS
from tests.xpkg_tool.images import (
    EXAMPLE,
    PACKAGE,
    Image,
    package_layers,
    runtime_layers,
    unannotated,
)
from xpkg_tool.inspection.extraction import Extraction, extract
from xpkg_tool.oci.image_error import ImageError


@pytest.mark.parametrize("name", ["golden.xpkg", "hybrid.xpkg"])
def test_the_vectors(name: str, tmp_path: Path) -> None:
    package, examples = tmp_path / "package.yaml", tmp_path / "examples.yaml"
    extract(str(VECTORS / name), str(package), str(examples))
    assert package.read_bytes() == (VECTORS / "package.yaml").read_bytes()
    assert examples.read_bytes() == (VECTORS / "examples.yaml").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["examples.yaml", "package.yaml"]


def test_what_is_told(tmp_path: Path) -> None:
    package = str(tmp_path / "p")
    told = extract(str(HYBRID), package)
    assert told == Extraction(HYBRID_DIGEST, "annotation", (package,))
    assert os.listdir(tmp_path) == ["p"]


def test_no_examples(tmp_path: Path) -> None:
    path = Image(*package_layers(examples=None)).archive(tmp_path / "a")
    told = extract(str(path), str(tmp_path / "p"), str(tmp_path / "e"))
    assert told.paths == (str(tmp_path / "p"),)
    assert not (tmp_path / "e").exists()


def test_in_the_current_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package.yaml").write_text("old")
    extract(str(HYBRID), "package.yaml")
    assert (tmp_path / "package.yaml").read_bytes() == (VECTORS / "package.yaml").read_bytes()
    assert (tmp_path / "package.yaml").stat().st_mode & 0o777 == 0o644


def test_of_an_image_without_annotations(tmp_path: Path) -> None:
    layers = unannotated([*runtime_layers(), *package_layers()])
    path = Image(*layers).docker_archive(tmp_path / "a")
    told = extract(str(path), str(tmp_path / "p"), str(tmp_path / "e"))
    assert told.found_by == "file system"
    assert ((tmp_path / "p").read_bytes(), (tmp_path / "e").read_bytes()) == (PACKAGE, EXAMPLE)


def damaged(tmp_path: Path) -> Path:
    image = Image(*package_layers())
    path = image.archive(tmp_path / "image")
    path.write_bytes(path.read_bytes().replace(image.layers[1], image.layers[1][:-1] + b"?"))
    return path


def test_nothing_is_written_of_a_damaged_package(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/p").write_text("old")
    with pytest.raises(ImageError, match="does not match its digest"):
        extract(str(damaged(tmp_path)), str(tmp_path / "out/p"), str(tmp_path / "out/e"))
    assert os.listdir(tmp_path / "out") == ["p"]
    assert (tmp_path / "out/p").read_text() == "old"


@pytest.mark.parametrize("target", ["nowhere/p", ".", "file/p"])
def test_what_cannot_be_written(target: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImageError, match="This file cannot be written") as caught:
        extract(str(HYBRID), str(tmp_path / target))
    assert caught.value.finding.path == str(tmp_path / target)
    assert os.listdir(tmp_path) == ["file"]
