"""What is said of what the walk leaves out."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from tests.xpkg_tool.discovery.folders import OBJECT, found, write
from xpkg_tool.diagnostics.finding import ERROR, WARNING
from xpkg_tool.discovery.walk import walk


def test_a_hidden_folder_with_objects_is_named(folder: Path) -> None:
    write("p/.github/workflows/a.yaml", "p/.crds/x/a.txt")
    Path("p/.crds/x/b.yaml").write_text(OBJECT)
    (finding,) = walk("p").findings
    assert (finding.code, finding.path) == ("XP019", "p/.crds")
    assert finding.severity == WARNING and "'p/.crds/x/b.yaml'" in finding.message
    assert walk("p", ignore=[".crds/**"]).findings == ()


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
