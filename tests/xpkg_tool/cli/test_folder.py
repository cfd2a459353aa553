"""Which folders `lint` and `build` read, and what in them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import EXAMPLE, META, packages, write
from xpkg_tool.cli.main import main


def test_here_is_the_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("p")
    write("a.yaml", "a: 1\n")
    assert main(["lint"]) == main(["lint", "."]) == 1
    here, dot = capsys.readouterr().out.split("a.yaml:1:1: error XP201")[1:]
    assert here == dot
    os.remove("a.yaml")
    assert main(["build"]) == 0
    assert capsys.readouterr().out.startswith("Wrote provider-a-")
    assert main(["lint", "--ignore-rule", "XP0", "--ignore-path", "b/**"]) == 0
    assert main(["build", "--ignore-rule", "XP0", "--ignore-path", "b/**"]) == 0


def test_several_folders(capsys: pytest.CaptureFixture[str]) -> None:
    write("q/crossplane.yaml", META.replace("provider-a", "provider-q"))
    write("r/a.yaml", "kind: Thing\napiVersion: example.org/v1\n")
    write("q/b.yaml", "a: 1\n")
    assert main(["lint", "q", "p", "./q", "-f", "r"]) == 1
    out = capsys.readouterr().out
    assert out.count("q/b.yaml:1:1: error XP201") == 1
    # What is about a package as a whole says which.
    assert "\nr: error XP101: " in out
    assert main(["lint", "r"]) == 1
    assert "\nerror XP101: " in f"\n{capsys.readouterr().out}"
    assert main(["build", "p", "q", "r"]) == 1
    assert len(packages("p")) == 2 and not packages("q")
    os.remove("q/b.yaml")
    assert main(["build", "p", "q"]) == 0
    assert len(packages("p")) == len(packages("q")) == 2


def test_the_packages_that_files_belong_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("q/crossplane.yml", META)
    write("q/crds/a.yaml", "a: 1\n")
    write("other/values.yaml", "a: 1\n")
    changed = ["other/values.yaml", "p/examples/a.yaml", "p/crossplane.yaml", "ci.yaml"]
    assert main(["lint", "--containing", *changed]) == 0
    assert main(["lint", "--containing"]) == 0
    assert main(["lint", "--containing", "other/values.yaml", "../../nowhere.yaml"]) == 0
    assert capsys.readouterr().out == "No findings.\n" * 3
    assert main(["lint", "--containing", *changed, str(Path("q/crds/a.yaml").absolute())]) == 1
    assert "/q/crds/a.yaml:1:1: error XP201" in capsys.readouterr().out
    for folder in ("q", "q/crds"):
        assert main(["lint", "--containing", folder]) == 1
        assert "q/crds/a.yaml:1:1: error XP201" in capsys.readouterr().out
    monkeypatch.chdir("q")
    assert main(["lint", "--containing", "crds/a.yaml", "."]) == 1
    assert "\ncrds/a.yaml:1:1: error XP201" in "\n" + capsys.readouterr().out


def test_examples_are_where_they_are_said_to_be() -> None:
    write("e/b.yaml", EXAMPLE)
    os.rename("p/examples", "p/samples")
    write("p/samples/a.yaml", META)
    assert main(["lint", "p"]) == 1
    assert main(["build", "p", "--examples", "e", "--ignore", "samples/**", "-o", "x.xpkg"]) == 0
    description = json.loads(Path("x.xpkg.json").read_bytes())
    assert [o["file"] for o in description["examples"]] == ["e/b.yaml"]
    os.mkdir("none")
    strict = ["--ignore-path", "samples/*", "--fail-on", "warning"]
    assert main(["lint", "p", "--examples", "none", *strict[:2]]) == 0
    assert main(["lint", "p", "--examples", "none", *strict]) == 1
    assert main(["lint", "p", *strict]) == 0


def test_a_linked_folder_of_examples(capsys: pytest.CaptureFixture[str]) -> None:
    os.rename("p/examples", "e")
    Path("p/examples").symlink_to("../e")
    assert main(["lint", "p"]) == 0
    assert "p/examples: warning XP012" in capsys.readouterr().out
    assert main(["lint", "p", "--examples", "p/examples", "--fail-on", "warning"]) == 0


def test_patterns_reach_into_the_default_examples() -> None:
    write("p/examples/bad.yaml", "a: 1\n")
    assert main(["lint", "p"]) == 1
    for pattern in ("examples/bad.yaml", "**/bad.yaml", "examples/**", "**"):
        assert main(["lint", "p", "--ignore-path", pattern]) == (pattern == "**")
