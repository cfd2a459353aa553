"""A reference is read once, where it comes in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID
from xpkg_tool.cli import main
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci import reference
from xpkg_tool.oci.reference import Reference
from xpkg_tool.publish.destination import read_destination


def test_what_is_read_keeps_its_text() -> None:
    read = read_destination("docker.io/a/b:v1")
    assert read.text == "docker.io/a/b:v1"
    assert read.place == Reference("index.docker.io", "a/b", "v1")


def test_what_cannot_be_read_says_why() -> None:
    assert isinstance(read_destination("b").place, PublishError)


def test_push_parses_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = reference._parse_layout

    def noted(text: str) -> Reference:
        seen.append(text)
        return real(text)

    monkeypatch.setattr(reference, "_parse_layout", noted)
    text = f"oci-layout:{tmp_path}/layout:team/a:v1"
    assert main.main(["push", text, str(HYBRID)]) == 0
    assert seen == [text]
