"""What a folder holds and Pants' globs do not show; test_package_inputs.py: what becomes of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xpkg.building import folder_scan
from xpkg.building.folder_scan import FolderScan, FolderScanRequest


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folder_scan, "get_buildroot", lambda: str(tmp_path))
    return tmp_path


def scan(*globs: str) -> FolderScan:
    return folder_scan._scan(FolderScanRequest("p", globs))


def test_only_where_the_globs_can_match(root: Path) -> None:
    for folder in ("p", "p/a", "p/a/b", "p/c", "q"):
        (root / folder).mkdir()
        (root / folder / "x.yaml").symlink_to("nowhere")
    found = {
        ("p/x.yaml",): ["p/x.yaml"],
        ("p/*.yaml",): ["p/x.yaml"],
        ("p/a/*.yaml", "p/c/x.yaml"): ["p/a/x.yaml", "p/c/x.yaml"],
        ("p/*/*.yaml",): ["p/a/x.yaml", "p/c/x.yaml", "p/x.yaml"],
        ("p/a/**/*.yaml", "p/*.yaml"): ["p/a/b/x.yaml", "p/a/x.yaml", "p/x.yaml"],
        ("gone/**",): [],
    }
    for globs, paths in found.items():
        assert [link.path for link in scan(*globs).links] == paths
    assert len(scan("**").links) == 5


def test_a_link_that_a_glob_names_is_meant(root: Path) -> None:
    (root / "p").mkdir()
    (root / "shared").mkdir()
    (root / "p/shared").symlink_to("../shared")
    assert [link.path for link in scan("p/**/*.yaml").links] == ["p/shared"]
    assert scan("p/**/*.yaml", "p/shared/*.yaml").links == ()


def test_where_links_lead(root: Path) -> None:
    (root / "p/in").mkdir(parents=True)
    (root / "pp").mkdir()
    for name, target in (("in2", "in"), ("self", "."), ("out", "../pp"), ("loop", "loop")):
        (root / "p" / name).symlink_to(target)
    links = {link.path: link for link in scan("p/**").links}
    assert {path: link.inside for path, link in links.items() if link.folder} == {
        "p/in2": True,
        "p/self": True,
        "p/out": False,
    }
    assert links["p/loop"].error and links["p/out"].target == "../pp"


def test_a_hidden_folder_is_named_for_an_object_in_it(root: Path) -> None:
    for path, text in (
        (".a/x/crd.yaml", "apiVersion: v1\nkind: Secret\n"),
        (".a/b.txt", "apiVersion: v1\nkind: Secret\n"),
        (".b/values.yaml", "a:\n  apiVersion: v1\n  kind: Secret\n"),
        (".git/x.yaml", "apiVersion: v1\nkind: Secret\n"),
    ):
        (root / "p" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "p" / path).write_text(text)
    assert scan("p/**/*.yaml").hidden == (("p/.a", "p/.a/x/crd.yaml"),)


def test_names_do_not_depend_on_the_locale(root: Path) -> None:
    (root / "p").mkdir()
    for name in (b"\xff.yaml", "bücher.yaml".encode(), "ü.YAML".encode()):
        Path(os.fsdecode(os.fsencode(root / "p") + b"/" + name)).touch()
    found = scan("p/*.yaml")
    assert (found.not_utf8, found.other_case) == (("p/\udcff.yaml",), ("p/ü.YAML",))
