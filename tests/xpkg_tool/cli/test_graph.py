"""`xpkg graph`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xpkg_tool.cli.main import main
from xpkg_tool.dependencies.lock.file import write_lock
from xpkg_tool.dependencies.lock.model import Lock, LockedPackage, Requirement

META = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: {name}
spec:
  dependsOn:
  - configuration: registry.example.org/platform/b
    version: ">=v1.0.0"
  - function: registry.example.org/other/f
    version: "*"
"""
META_B = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Configuration\nmetadata: {name: b}\n"
PREFIX = "--known-as=registry.example.org/platform/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in (("a", META.format(name="a")), ("b", META_B)):
        Path(name).mkdir()
        Path(name, "crossplane.yaml").write_text(text)


def test_packages_of_folders(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "a", "b", PREFIX]) == 0
    assert capsys.readouterr().out == (
        "a Configuration\n"
        "├── b Configuration [>=v1.0.0]\n"
        "└── registry.example.org/other/f Function external [*]\n"
    )
    # Nothing says that the folder `b` is that package.
    assert main(["graph", "a", "b"]) == 0
    assert "registry.example.org/platform/b Configuration external" in capsys.readouterr().out


def test_single_packages_of_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    """`--own` as `xpkg lock` has it: the package in a folder, or one that is not given."""
    own = "--own=registry.example.org/platform/b, registry.example.org/other/f"
    assert main(["graph", "a", "b", own]) == 0
    assert capsys.readouterr().out == (
        "a Configuration\n"
        "├── b Configuration [>=v1.0.0]\n"
        "└── registry.example.org/other/f Function [*]\n"
    )


def test_the_lock_of_the_current_folder(capsys: pytest.CaptureFixture[str]) -> None:
    digest = f"sha256:{'0' * 64}"
    packages = tuple(
        LockedPackage(f"registry.example.org/other/{n}", "v1.2.0", digest, "Function", f"other-{n}")
        for n in ("f", "g")
    )
    Path("xpkg.lock").write_bytes(write_lock(Lock(packages)))
    assert main(["graph", "a"]) == 0
    out = capsys.readouterr().out
    assert "other/f Function v1.2.0 locked [*]" in out and "other/g" not in out


@pytest.mark.parametrize("by", ["//packages/a", "//a", "//a:variant"])
def test_the_lock_that_names_the_package(by: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("packages").symlink_to(".")
    Path("locks").mkdir()
    source, digest = "registry.example.org/other/f", f"sha256:{'0' * 64}"
    for path, version, asking in (("locks/a.lock", "v1.2.0", by), ("b.lock", "v2.0.0", "//b")):
        asks = (Requirement(asking, "*"),)
        package = LockedPackage(source, version, digest, "Function", "other-f", required_by=asks)
        Path(path).write_bytes(write_lock(Lock((package,))))
    locks = ["--lock=locks/a.lock", "--lock=b.lock"]
    assert main(["graph", "packages/a" if "packages" in by else "a", *locks]) == 0
    out = capsys.readouterr().out
    assert "v1.2.0" in out and "v2.0.0" not in out
    # Where no lock names it, nothing says which one is meant.
    Path("c").mkdir()
    Path("c", "crossplane.yaml").write_text(META.format(name="c"))
    assert main(["graph", "c", *locks]) == 0
    out = capsys.readouterr().out
    assert "v1.2.0" in out and "v2.0.0" in out


@pytest.mark.parametrize("format", ["json", "dot", "mermaid"])
def test_other_formats(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "a", f"--format={format}"]) == 0
    assert "registry.example.org/other/f" in capsys.readouterr().out


def test_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()
    Path("bad.lock").write_text("{")
    assert main(["graph", "empty"]) == 2
    assert "The folder empty contains no package" in capsys.readouterr().err
    assert main(["graph", "a", "--lock=missing.lock"]) == 2
    assert "missing.lock" in capsys.readouterr().err
    assert main(["graph", "a", "--lock=bad.lock"]) == 2
    assert "bad.lock:1" in capsys.readouterr().err
    os.mkfifo("fifo")
    assert main(["graph", "a", "--lock=fifo"]) == 2
    assert "fifo: The lock cannot be read: it is a FIFO" in capsys.readouterr().err


def test_broken_files_are_shown_as_lint_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made of the part that can be read; what is wrong with all folders is said."""
    Path("a/crossplane.yaml").write_text(META.format(name="a").replace('"', "", 1) + '  x: "\n')
    Path("b/crossplane.yaml").write_text(f"{META_B}kind: Function\n")
    Path("empty").mkdir()
    assert main(["graph", "a", "empty", "b"]) == 2
    err = capsys.readouterr().err
    assert "a/crossplane.yaml:" in err and "error XP002" in err
    assert "The folder empty contains no package" in err
    assert "b/crossplane.yaml:" in err and "error XP005" in err
