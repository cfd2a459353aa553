"""Where the package is in an image: annotated, labelled, or somewhere in its file system."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.xpkg_tool.images import (
    EXAMPLE,
    PACKAGE,
    Entry,
    Image,
    folder,
    gz,
    link,
    package_layers,
    plain,
    runtime_layers,
    tar,
    unannotated,
)
from xpkg_tool.diagnostics import codes
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.read import layer_reader, package_files
from xpkg_tool.oci.read.archive_reader import read_archive
from xpkg_tool.oci.read.layer_reader import Budget
from xpkg_tool.oci.read.package_files import (
    BY_ANNOTATION,
    BY_FILE_SYSTEM,
    BY_LABEL,
    PackageFiles,
    read_package,
)


def files_of(path: Path, **options: bool) -> PackageFiles:
    return read_package(read_archive(str(path)), **options)  # type: ignore[arg-type]


def of_layers(tmp_path: Path, *layers: list[tuple[str, Entry]]) -> PackageFiles:
    """The package in the file system that these layers make."""
    made = Image(*((gz(tar(*entries)), None) for entries in layers))
    return files_of(made.archive(tmp_path / "image"))


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


P, E = "package.yaml", ".up/examples.yaml"
BOTH: list[tuple[str, Entry]] = [(P, b"low"), (E, b"low")]


@pytest.mark.parametrize(
    ("upper", "package", "examples"),
    [
        ([], b"low", b"low"),
        ([(P, b"up")], b"up", b"low"),
        ([(f"./{P}", b"up")], b"up", b"low"),
        ([(f"/{P}", b"up")], b"up", b"low"),
        ([(".wh.package.yaml", b"")], None, b"low"),
        ([(".wh.package.yaml", b""), (P, b"up")], b"up", b"low"),
        ([(P, b"up"), (".wh.package.yaml", b"")], b"up", b"low"),
        ([(".wh..up", b"")], b"low", None),
        ([(".up/.wh.examples.yaml", b"")], b"low", None),
        ([(".up/.wh..wh..opq", b"")], b"low", None),
        ([(".up/.wh..wh..opq", b""), (E, b"up")], b"low", b"up"),
        ([(".wh..wh..opq", b"")], None, None),
        ([("./.wh..wh..opq", b""), (P, b"up")], b"up", None),
        ([(".up", b"a file now")], b"low", None),
        ([(".up", link("elsewhere"))], b"low", None),
        ([(".up", folder())], b"low", b"low"),
        ([("a/.wh.package.yaml", b"")], b"low", b"low"),
        ([("a/.wh..wh..opq", b"")], b"low", b"low"),
        ([(".wh.package", b""), (".wh.yaml", b"")], b"low", b"low"),
        ([("package.yaml.bak", b""), ("xpackage.yaml", b"")], b"low", b"low"),
    ],
)
def test_what_upper_layers_hide(
    upper: list[tuple[str, Entry]], package: bytes | None, examples: bytes | None, tmp_path: Path
) -> None:
    files = of_layers(tmp_path, BOTH, upper)
    assert (files.package, files.examples) == (package, examples)
    assert [f.code for f in files.faults] == ([] if package else [codes.NO_PACKAGE_YAML])


def test_hidden_is_hidden_from_all_layers_below(tmp_path: Path) -> None:
    files = of_layers(tmp_path, BOTH, [(".wh.package.yaml", b"")], [("x", b"")])
    assert files.package is None


def test_another_file_of_that_name(tmp_path: Path) -> None:
    """Row b of the upstream weaknesses: new package managers take the first of that name."""
    files = of_layers(tmp_path, [(P, b"low")], [("app/package.yaml", b"app")])
    (fault,) = files.faults
    assert (fault.code, fault.severity) == (codes.OTHER_PACKAGE_YAML, "error")
    assert "'app/package.yaml'" in fault.message
    # Not when it comes later, or is removed.
    assert of_layers(tmp_path, [("app/package.yaml", b"app")], [(P, b"low")]).faults == ()
    assert of_layers(tmp_path, [(P, b"1"), ("app/package.yaml", b"2")]).faults == ()
    removed: list[tuple[str, Entry]] = [("app/.wh.package.yaml", b""), (P, b"up")]
    assert of_layers(tmp_path, [("app/package.yaml", b"app")], removed).faults == ()


def test_only_another_file_of_that_name(tmp_path: Path) -> None:
    (fault,) = of_layers(tmp_path, [("app/package.yaml", b"app")]).faults
    assert fault.code == codes.NO_PACKAGE_YAML
    assert "there is no package.yaml in the top folder" in fault.message


def test_two_base_layers(tmp_path: Path) -> None:
    layers = [*package_layers(), (gz(tar((P, b"2"))), "base")]
    faults = files_of(Image(*layers).archive(tmp_path / "image")).faults
    assert [f.code for f in faults] == [codes.SEVERAL_BASE_LAYERS]
    assert "2 layers are annotated as io.crossplane.xpkg: base" in faults[0].message


def test_a_base_layer_without_the_file(tmp_path: Path) -> None:
    made = Image((gz(tar(("other.yaml", b""))), "base"))
    (fault,) = files_of(made.archive(tmp_path / "image")).faults
    assert fault.code == codes.NO_PACKAGE_YAML
    assert "in the layer annotated as" in fault.message


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
    assert {f.code for f in files.faults} <= {codes.OTHER_PACKAGE_YAML}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([(P, b"1"), (P, b"2")], "package.yaml appears twice"),
        ([(P, b"1"), (f"./{P}", b"2")], "package.yaml appears twice"),
        ([(P, link("/etc/passwd"))], "package.yaml is not a file but a symbolic link"),
        (
            [("x", b"1"), (P, link("x", tarfile.LNKTYPE))],
            "package.yaml is not a file but a hard link",
        ),
        ([(P, link("", tarfile.FIFOTYPE))], "package.yaml is not a file but a special file"),
        ([("../x", b"")], "'../x' leads out of the image"),
        ([("a/../../x", b"")], "leads out of the image"),
        ([("a/..", folder())], "leads out of the image"),
    ],
)
@pytest.mark.parametrize("kind", ["base", None])
def test_hostile_layers(
    entries: list[tuple[str, Entry]], message: str, kind: str | None, tmp_path: Path
) -> None:
    path = Image((gz(tar(*entries)), kind)).archive(tmp_path / "image")
    with pytest.raises(ImageError, match=message):
        files_of(path)
    tolerated: list[ImageError] = []
    files = read_package(read_archive(str(path)), tolerate=tolerated.append)
    assert files.package is None
    assert len(tolerated) == 1


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Image(*unannotated(package_layers())).archive(tmp_path / "image")
    monkeypatch.setattr(layer_reader, "MAX_FILE", len(PACKAGE))
    assert files_of(path).package == PACKAGE
    monkeypatch.setattr(layer_reader, "MAX_FILE", len(PACKAGE) - 1)
    with pytest.raises(ImageError, match=r"package\.yaml in it has more than"):
        files_of(path)
    monkeypatch.undo()
    sizes = sum(len(plain(data)) for data, _ in package_layers())
    limited(monkeypatch, Budget(size=sizes))
    assert files_of(path).package == PACKAGE
    limited(monkeypatch, Budget(size=sizes - 1))
    with pytest.raises(ImageError, match="Decompressed, its layers have more than"):
        files_of(path)


def limited(monkeypatch: pytest.MonkeyPatch, budget: Budget) -> None:
    monkeypatch.setattr(package_files, "Budget", lambda: budget)


def test_names_are_counted_by_their_bytes_in_all_layers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many: list[tuple[str, Entry]] = [(f".wh.{n}{'x' * 90}", b"") for n in range(4)]
    # The package.yaml itself is one of the names.
    enough = 4 * (128 + len(many[0][0])) + 128 + len("package.yaml")
    for layers in ([many], [many[:2], many[2:]]):
        limited(monkeypatch, Budget(names=enough))
        assert of_layers(tmp_path, [(P, b"x")], *layers).package == b"x"
        limited(monkeypatch, Budget(names=enough - 1))
        with pytest.raises(ImageError, match="names of files that its layers remove"):
            of_layers(tmp_path, [(P, b"x")], *layers)


def test_members_are_counted_in_all_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers: list[list[tuple[str, Entry]]] = [[("a", b""), ("b", b"")], [("c", b"")]]
    limited(monkeypatch, Budget(members=4))
    assert of_layers(tmp_path, [(P, b"x")], *layers).package == b"x"
    limited(monkeypatch, Budget(members=3))
    with pytest.raises(ImageError, match="Its layers contain more than"):
        of_layers(tmp_path, [(P, b"x")], *layers)


def test_a_size_that_is_only_claimed(tmp_path: Path) -> None:
    """A header that promises 150 MiB costs no memory."""
    content = bytearray(tar((P, b"x")))
    content[124:136] = b"%011o\0" % (150 << 20)
    content[148:156] = b" " * 8
    content[148:156] = b"%06o\0 " % sum(content[:512])
    (fault,) = files_of(Image((gz(bytes(content)), "base")).archive(tmp_path / "image")).faults
    assert (fault.code, "truncated" in fault.message) == (codes.LAYER_UNREADABLE, True)
