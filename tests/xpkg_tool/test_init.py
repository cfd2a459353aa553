"""The version of a build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import xpkg_tool
from xpkg_tool import build_version, source_files, sources_digest
from xpkg_tool.cli import main as cli


def test_a_release_has_the_plain_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xpkg_tool, "RELEASED", True)
    assert build_version() == xpkg_tool.VERSION


def test_a_build_between_releases_names_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    version = build_version()
    assert re.fullmatch(rf"{re.escape(xpkg_tool.VERSION)}\+src[0-9a-f]{{12}}", version)
    assert build_version() == version
    assert cli.main(["--version"]) == 0
    format_version = xpkg_tool.FORMAT_VERSION
    assert capsys.readouterr().out == f"xpkg {version} (format {format_version})\n"


def test_any_change_of_a_source_is_another_digest(tmp_path: Path) -> None:
    for package in ("xpkg", "xpkg_tool"):
        (tmp_path / package / "__pycache__").mkdir(parents=True)
        (tmp_path / package / "a.py").write_text("a = 1\n")
    first = sources_digest(source_files(tmp_path))
    (tmp_path / "xpkg" / "__pycache__" / "a.pyc").write_bytes(b"x")
    (tmp_path / "xpkg" / "BUILD").write_text("")
    assert sources_digest(source_files(tmp_path)) == first
    seen = {first}
    (tmp_path / "xpkg" / "a.py").write_text("a = 2\n")
    seen.add(sources_digest(source_files(tmp_path)))
    (tmp_path / "xpkg" / "a.py").rename(tmp_path / "xpkg" / "b.py")
    seen.add(sources_digest(source_files(tmp_path)))
    (tmp_path / "xpkg" / "tool.lock").write_text("")
    seen.add(sources_digest(source_files(tmp_path)))
    assert len(seen) == 4
