"""`xpkg push`: which files it sends, and what it says of the tag."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.xpkg_tool.archives import HYBRID
from tests.xpkg_tool.registry.fake_registry import running
from tests.xpkg_tool.registry.platform_images import files, image
from xpkg_tool.cli.main import main
from xpkg_tool.oci.read.artifact_reader import read_files


def test_push_takes_the_only_package_here(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = "oci-layout:registry:team/a:v1"
    assert main(["push", reference]) == 2
    assert capsys.readouterr().err.startswith("error: The current folder has no .xpkg file.\n")
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    capsys.readouterr()
    assert main(["push", reference]) == 0
    assert capsys.readouterr().out.startswith(f"pushed: {reference} sha256:")
    assert main(["push", reference, "a.xpkg"]) == 0
    assert capsys.readouterr().out.startswith(f"up to date: {reference} sha256:")
    assert main(["build", "p", "-o", "b.xpkg"]) == 0
    capsys.readouterr()
    assert main(["push", reference]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: The current folder has several .xpkg files.\n")
    assert "a.xpkg, b.xpkg" in error


def test_a_tag_that_is_nearly_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    with running() as registry:
        for tag, said in (("v1.2", True), ("v1.2.3", False), ("latest", False)):
            assert main(["push", f"{registry.address}/p:{tag}", str(HYBRID)]) == 0
            assert ("not a complete semantic version" in capsys.readouterr().err) == said
        push = ["push", f"{registry.address}/p:v1.2", str(HYBRID), "--mutable-tags", "v1.*"]
        assert main(push) == 0
        assert capsys.readouterr().err == ""


def test_several_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    paths = files(tmp_path, image("arm64"), image("amd64"))
    with running() as registry:
        assert main(["push", f"{registry.address}/p:v1", *paths]) == 0
        assert read_files(paths).digest in capsys.readouterr().out
        assert main(["push", f"{registry.address}/p:v2", paths[0], paths[0]]) == 2
        assert "for the same platform, linux/arm64" in capsys.readouterr().err
        assert registry.tag("p", "v2") is None
