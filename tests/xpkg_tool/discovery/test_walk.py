"""The tool's own walk: what it reads, and what it says of what it does not."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from tests.xpkg_tool.discovery.folders import OBJECT, found, write
from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.discovery import walk as walk_module
from xpkg_tool.discovery.walk import walk
from xpkg_tool.files.globs import BadPattern


def test_files_come_part_by_part(folder: Path) -> None:
    write("p/a-b.yaml", "p/a/b.yaml", "p/a/b.yml", "p/A.yaml", "p/a/c/d.yaml", "p/README.md")
    expected = ["p/A.yaml", "p/a/b.yaml", "p/a/b.yml", "p/a/c/d.yaml", "p/a-b.yaml"]
    result = walk("p")
    assert list(result.files) == expected and not result.findings
    assert result.files["p/a/b.yml"] == b"p/a/b.yml"


def test_paths_are_as_the_folder_was_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("p/a.yaml")
    assert list(walk("./p/").files) == ["p/a.yaml"]
    assert list(walk(str(folder.resolve())).files) == [f"{folder.resolve()}/a.yaml"]
    monkeypatch.chdir("p")
    assert list(walk(".").files) == ["a.yaml"]
    assert list(walk("../p").files) == ["../p/a.yaml"]


def test_hidden_folders_are_left_out_and_hidden_files_are_not(folder: Path) -> None:
    """As Pants has it (tests/xpkg/building/test_inputs.py)."""
    write("p/.github/workflows/a.yaml", "p/.git/a.yaml", "p/.hidden.yaml", "p/a.yaml")
    Path("p/.git/a.yaml").write_text(OBJECT)
    Path("p/.#a.yaml").symlink_to("someone@somewhere")  # A lock of Emacs.
    Path("p/.folder").symlink_to(".github")
    os.mkfifo("p/.fifo.yaml")
    result = walk("p")
    assert list(result.files) == ["p/.hidden.yaml", "p/a.yaml"]
    assert found(result) == [("XP016", "p/.fifo.yaml")]


def test_the_examples_are_left_out_and_not_what_is_called_alike(folder: Path) -> None:
    write("p/examples/a.yaml", "p/examples-v2/a.yaml", "p/x/examples/a.yaml")
    assert list(walk("p", without="p/examples").files) == [
        "p/examples-v2/a.yaml",
        "p/x/examples/a.yaml",
    ]


def test_patterns_leave_files_out(folder: Path) -> None:
    write("p/a.yaml", "p/hack/b.yaml", "p/hack/c/d.yaml")
    Path("p/vendor").symlink_to("hack")
    Path("p/x.yaml").symlink_to("nowhere")
    assert list(walk("p", ignore=["hack", "x.*", "vendor"]).files) == [
        "p/a.yaml",
        "p/hack/b.yaml",
        "p/hack/c/d.yaml",
    ]
    assert list(walk("p", ignore=["hack/*"]).files) == ["p/a.yaml", "p/hack/c/d.yaml"]
    result = walk("p", ignore=["hack/**", "vendor", "x.yaml"])
    assert list(result.files) == ["p/a.yaml"] and not result.findings
    with pytest.raises(BadPattern):
        walk("p", ignore=["["])


def test_a_link_to_a_file_inside_is_read(folder: Path) -> None:
    write("p/a.yaml", "p/.shared/b.yaml", "p/text.txt")
    Path("p/c.yaml").symlink_to("a.yaml")
    Path("p/d.yaml").symlink_to(".shared/b.yaml")
    Path("p/e.yaml").symlink_to("text.txt")
    result = walk("p")
    assert {path: data.decode() for path, data in result.files.items()} == {
        "p/a.yaml": "p/a.yaml",
        "p/c.yaml": "p/a.yaml",
        "p/d.yaml": "p/.shared/b.yaml",
        "p/e.yaml": "p/text.txt",
    }
    assert not result.findings


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    write("p/a.yaml")
    Path("p/b.yaml").symlink_to("a.yaml")
    Path("q").symlink_to("p")
    result = walk("q")
    assert list(result.files) == ["q/a.yaml", "q/b.yaml"] and not result.findings


def test_a_linked_folder_is_not_looked_at_without_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("big/a.txt", "big/b.txt", "big/x/y.yaml")
    Path("p/big").symlink_to("../big")
    assert found(walk("p")) == [("XP012", "p/big")]
    monkeypatch.setattr(walk_module, "_MOST_ENTRIES", 3)
    assert walk("p").findings == ()


@pytest.mark.parametrize("name", ["a.YAML", "a.Yml", "a.yamL"])
def test_the_ending_is_in_lower_case(folder: Path, name: str) -> None:
    write(f"p/{name}")
    assert found(walk("p")) == [("XP015", f"p/{name}")]
    assert walk("p").findings[0].severity == WARNING
    Path("p", name).write_text(OBJECT)
    assert walk("p").findings[0].severity == ERROR
    assert walk("p", loss=WARNING).findings[0].severity == WARNING


def test_a_name_that_is_not_utf8(folder: Path) -> None:
    Path(os.fsdecode(b"p/\xff.yaml")).write_text("a: 1")
    assert found(walk("p")) == [("XP018", "p/\udcff.yaml")]
    assert walk("p").findings[0].severity == ERROR
    assert walk("p", loss=WARNING).findings[0].severity == WARNING


@contextlib.contextmanager
def _as_nobody() -> Iterator[Path]:
    """A folder that everybody can reach; root is nobody there, since root may read everything."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        root = os.geteuid() == 0
        try:
            if root:
                os.chown(name, 65534, 65534)
                os.seteuid(65534)
            yield Path(name)
        finally:
            if root:
                os.seteuid(0)


def test_what_may_not_be_read() -> None:
    with _as_nobody() as folder:
        (folder / "closed").mkdir(0o000)
        (folder / "a.yaml").touch(0o000)
        (folder / "b.yaml").touch(0o444)
        (folder / "c.txt").touch(0o000)
        result = walk(str(folder))
        (folder / "closed").chmod(0o700)
    assert list(result.files) == [f"{folder}/b.yaml"]
    assert found(result) == [
        ("XP017", f"{folder}/a.yaml"),
        ("XP017", f"{folder}/closed"),
    ]
    assert "Permission denied" in result.findings[0].message


def test_many_folders_inside_one_another(folder: Path) -> None:
    deep = "p"
    for _ in range(1500):
        deep += "/d"
        os.mkdir(deep)
    Path(deep, "a.yaml").touch()
    try:
        assert list(walk("p").files) == [f"{deep}/a.yaml"]
    finally:
        # Python's own way to remove a folder recurses.
        subprocess.run(["rm", "-rf", "p"], check=True)


def test_a_folder_that_is_none(folder: Path) -> None:
    write("file.yaml")
    for path in ("gone", "file.yaml"):
        with pytest.raises(OSError, match=path):
            walk(path)
