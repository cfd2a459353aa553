"""Where the package is in an image: annotated, labelled, or somewhere in its file system."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.images import (
    EXAMPLE,
    PACKAGE,
    Entry,
    Image,
    gz,
    package_layers,
    plain,
    runtime_layers,
    tar,
    unannotated,
)
from tests.xpkg_tool.oci.read.layers import P, files_of, of_layers
from xpkg_tool.oci.read.package_files import BY_ANNOTATION, BY_FILE_SYSTEM, BY_LABEL


@pytest.mark.parametrize("runtime", [False, True])
@pytest.mark.parametrize("way", [BY_ANNOTATION, BY_LABEL, BY_FILE_SYSTEM, "plain"])
def test_the_ways_to_find_it(way: str, runtime: bool, tmp_path: Path) -> None:
    layers = [*(runtime_layers() if runtime else ()), *package_layers()]
    if way == BY_ANNOTATION:
        path = Image(*layers).archive(tmp_path / "image")
    elif way == BY_LABEL:
        path = Image(*layers).docker_archive(tmp_path / "image")
    elif way == "plain":
        layers = [(plain(data), None) for data, _ in layers]
        path = Image(*layers).docker_archive(tmp_path / "image")
    else:
        path = Image(*unannotated(layers)).archive(tmp_path / "image")
    files = files_of(path)
    assert files.found_by == (BY_FILE_SYSTEM if way == "plain" else way)
    assert (files.package, files.examples, files.faults) == (PACKAGE, EXAMPLE, ())
    assert len(files.layers) == 2
    assert len(files_of(path, all_layers=True).layers) == len(layers)


def test_no_examples(tmp_path: Path) -> None:
    files = files_of(Image(*package_layers(examples=None)).archive(tmp_path / "image"))
    assert (files.package, files.examples, files.faults) == (PACKAGE, None, ())


def test_the_annotated_layer_wins(tmp_path: Path) -> None:
    """Another package.yaml above it is not the package."""
    above = (gz(tar(("package.yaml", b"other"), (".up/examples.yaml", b"other"))), None)
    files = files_of(Image(*package_layers(), above).archive(tmp_path / "image"))
    assert (files.package, files.examples) == (PACKAGE, EXAMPLE)


def test_another_file_of_that_name(tmp_path: Path) -> None:
    """Row b of the upstream weaknesses: new package managers take the first of that name."""
    files = of_layers(tmp_path, [(P, b"low")], [("app/package.yaml", b"app")])
    (fault,) = files.faults
    assert (fault.code, fault.severity) == ("XP910", "error")
    assert "'app/package.yaml'" in fault.message
    # Not when it comes later, or is removed.
    assert of_layers(tmp_path, [("app/package.yaml", b"app")], [(P, b"low")]).faults == ()
    assert of_layers(tmp_path, [(P, b"1"), ("app/package.yaml", b"2")]).faults == ()
    removed: list[tuple[str, Entry]] = [("app/.wh.package.yaml", b""), (P, b"up")]
    assert of_layers(tmp_path, [("app/package.yaml", b"app")], removed).faults == ()


def test_only_another_file_of_that_name(tmp_path: Path) -> None:
    (fault,) = of_layers(tmp_path, [("app/package.yaml", b"app")]).faults
    assert (fault.code, fault.severity) == ("XP910", "error")
    assert "there is no package.yaml in the top folder" in fault.message


def test_two_base_layers(tmp_path: Path) -> None:
    layers = [*package_layers(), (gz(tar((P, b"2"))), "base")]
    faults = files_of(Image(*layers).archive(tmp_path / "image")).faults
    assert [f.code for f in faults] == ["XP907"]
    assert "2 layers are annotated as io.crossplane.xpkg: base" in faults[0].message


def test_a_base_layer_without_the_file(tmp_path: Path) -> None:
    made = Image((gz(tar(("other.yaml", b""))), "base"))
    (fault,) = files_of(made.archive(tmp_path / "image")).faults
    assert fault.code == "XP909"
    assert "in the layer annotated as" in fault.message


def test_a_base_layer_with_the_file_in_another_folder(tmp_path: Path) -> None:
    """New package managers find it, old ones do not."""
    layer = gz(tar(("app/package.yaml", PACKAGE), ("b/package.yaml", b"x")))
    files = files_of(Image((layer, "base")).archive(tmp_path / "image"))
    (fault,) = files.faults
    assert files.package is None
    assert (fault.code, fault.severity) == ("XP910", "error")
    assert "v2.2 and later uses 'app/package.yaml' as the package, and older" in fault.message


@pytest.mark.parametrize(
    ("entries", "severity"),
    [
        ([(f"./{P}", PACKAGE)], "warning"),
        ([("a/package.yaml", b"x"), (P, PACKAGE)], "error"),
        ([(P, PACKAGE), ("a/package.yaml", b"x")], None),
    ],
)
def test_what_not_all_readers_find(
    entries: list[tuple[str, Entry]], severity: str | None, tmp_path: Path
) -> None:
    files = files_of(Image((gz(tar(*entries)), "base")).archive(tmp_path / "image"))
    assert files.package == PACKAGE
    assert [f.severity for f in files.faults] == ([severity] if severity else [])
    assert {f.code for f in files.faults} <= {"XP910"}
