"""What layers hide from one another, and how much of them is read."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.xpkg_tool.images import (
    PACKAGE,
    Entry,
    Image,
    folder,
    gz,
    link,
    package_layers,
    plain,
    tar,
    unannotated,
)
from tests.xpkg_tool.oci.read.layers import E, P, files_of, of_layers
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.oci.read import layer_reader, package_files
from xpkg_tool.oci.read.archive_reader import read_archive
from xpkg_tool.oci.read.layer_reader import Budget
from xpkg_tool.oci.read.package_files import read_package

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
    assert [f.code for f in files.faults] == ([] if package else ["XP909"])


def test_hidden_is_hidden_from_all_layers_below(tmp_path: Path) -> None:
    files = of_layers(tmp_path, BOTH, [(".wh.package.yaml", b"")], [("x", b"")])
    assert files.package is None


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
    assert (fault.code, "truncated" in fault.message) == ("XP911", True)
