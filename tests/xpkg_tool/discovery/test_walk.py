"""The tool's own walk: what it reads, and what it says of what it does not."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Iterator

import pytest

from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.discovery import walk as walk_module
from xpkg_tool.discovery.walk import Walk, walk
from xpkg_tool.files.globs import BadPattern

OBJECT = "apiVersion: v1\nkind: Secret\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `p`, named relative to the current one."""
    monkeypatch.chdir(tmp_path)
    Path("p").mkdir()
    return Path("p")


def write(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(path)


def found(result: Walk) -> list[tuple[str, str]]:
    return [(finding.code, finding.path) for finding in result.findings]


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


def test_a_hidden_folder_with_objects_is_named(folder: Path) -> None:
    write("p/.github/workflows/a.yaml", "p/.crds/x/a.txt")
    Path("p/.crds/x/b.yaml").write_text(OBJECT)
    (finding,) = walk("p").findings
    assert (finding.code, finding.path) == ("XP019", "p/.crds")
    assert finding.severity == WARNING and "'p/.crds/x/b.yaml'" in finding.message
    assert walk("p", ignore=[".crds/**"]).findings == ()


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


def test_links_that_lead_elsewhere(folder: Path) -> None:
    write("outside.yaml", "pp/a.yaml", "p/in/a.yaml")
    Path("p/gone").symlink_to("nowhere")
    Path("p/absolute.yaml").symlink_to(Path("outside.yaml").resolve())
    Path("p/chain.yaml").symlink_to("outside-link.yaml")
    Path("p/dangling.yaml").symlink_to("nowhere.yaml")
    Path("p/folder").symlink_to("in")
    Path("p/loop.yaml").symlink_to("loop.yaml")
    Path("p/outside-link.yaml").symlink_to("../outside.yaml")
    Path("p/sibling.yaml").symlink_to("../pp/a.yaml")
    Path("p/up").symlink_to("..")
    result = walk("p")
    assert list(result.files) == [
        "p/absolute.yaml",
        "p/chain.yaml",
        "p/in/a.yaml",
        "p/outside-link.yaml",
        "p/sibling.yaml",
    ]
    assert found(result) == [
        ("XP014", "p/absolute.yaml"),
        ("XP014", "p/chain.yaml"),
        ("XP013", "p/dangling.yaml"),
        ("XP013", "p/loop.yaml"),
        ("XP014", "p/outside-link.yaml"),
        ("XP014", "p/sibling.yaml"),
        ("XP012", "p/up"),
    ]
    assert "'nowhere.yaml'" in result.findings[2].message
    assert {f.code for f in result.findings if f.severity == ERROR} == {"XP013"}
    lenient = walk("p", loss=WARNING).findings
    assert {f.severity for f in lenient} == {WARNING} and len(lenient) == len(result.findings)


def test_a_linked_folder_matters_for_what_is_behind_it(folder: Path) -> None:
    write("text/README.md", "values/x/a.yaml", "p/in/a.yaml")
    Path("objects").mkdir()
    Path("objects/a.yaml").write_text(OBJECT)
    for name, target in (
        ("text", "../text"),
        ("values", "../values"),
        ("objects", "../objects"),
        ("inside", "in"),
        ("itself", "."),
    ):
        Path("p", name).symlink_to(target)
    result = walk("p")
    assert list(result.files) == ["p/in/a.yaml"]
    assert [(f.code, f.path, f.severity) for f in result.findings] == [
        ("XP012", "p/objects", ERROR),
        ("XP012", "p/values", WARNING),
    ]
    assert walk("p", ignore=["values/**", "objects/*"]).findings == ()


def test_a_linked_folder_is_not_looked_at_without_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("big/a.txt", "big/b.txt", "big/x/y.yaml")
    Path("p/big").symlink_to("../big")
    assert found(walk("p")) == [("XP012", "p/big")]
    monkeypatch.setattr(walk_module, "_MOST_ENTRIES", 3)
    assert walk("p").findings == ()


def test_what_is_no_file(folder: Path) -> None:
    os.mkfifo("p/fifo.yaml")
    write("p/folder.yaml/a.yaml", "p/a.yaml")
    os.link("p/a.yaml", "p/hard.yaml")
    Path("p/link.yml").symlink_to("fifo.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("p/socket.yaml")
        result = walk("p")
    assert list(result.files) == ["p/a.yaml", "p/folder.yaml/a.yaml", "p/hard.yaml"]
    assert found(result) == [
        ("XP016", f"p/{name}") for name in ("fifo.yaml", "link.yml", "socket.yaml")
    ]
    assert [f.message.split(" is ")[-1] for f in result.findings] == [
        "a FIFO.",
        "a FIFO.",
        "a socket.",
    ]


def test_a_link_to_a_device(folder: Path) -> None:
    Path("p/zero.yaml").symlink_to("/dev/zero")
    assert found(walk("p")) == [("XP016", "p/zero.yaml")]


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
