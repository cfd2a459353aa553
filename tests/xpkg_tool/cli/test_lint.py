"""`xpkg lint`: which findings it shows, in which form, and which of them fail it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import EXAMPLE, META, packages, run, write
from xpkg_tool.cli.main import main


def test_lint_right_and_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "p"]) == 0
    assert capsys.readouterr().out == "No findings.\n"
    write("p/crds/a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n")
    assert main(["lint", "p"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("p/crds/a.yaml:2:7: error XP202: ") and not err
    assert out.endswith("\n\n1 error in 1 file.\n")


def test_lint_shows_what_the_walk_found_and_all_else() -> None:
    Path("p/x.yaml").symlink_to("nowhere")
    write("p/y.yaml", "a: 1\n")
    code, output, _ = run("lint", "p")
    assert code == 1
    assert "p/x.yaml: error XP013" in output and "p/y.yaml:1:1: error XP201" in output


@pytest.mark.parametrize("format", ["json", "sarif", "github", "text"])
def test_formats(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("p/y.yaml", "a: 1\n")
    assert main(["lint", "p", "--format", format]) == 1
    out = capsys.readouterr().out
    assert "XP201" in out and "p/y.yaml" in out
    if format in ("json", "sarif"):
        json.loads(out)


def test_a_warning_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    write("p/crossplane.yaml", f"# xpkg: ignore-file[XP010]\n{META}")
    assert main(["lint", "p"]) == 0
    assert "warning XP009" in capsys.readouterr().out


def test_rules_are_selected(capsys: pytest.CaptureFixture[str]) -> None:
    write("p/a.YAML", EXAMPLE)
    assert main(["lint", "p"]) == 1
    assert main(["lint", "p", "--ignore", "XP3,XP015"]) == 0
    assert main(["lint", "p", "--select", "XP2"]) == 0
    assert main(["lint", "p", "--per-path-ignores", "*.YAML:XP01"]) == 0
    assert main(["lint", "p", "--ignore-path", "*.YAML"]) == 0
    assert main(["build", "p", "--ignore-rule", "XP015"]) == 0
    assert main(["build", "p", "--ignore", "*.YAML"]) == 0


def test_warnings_fail_where_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    write("p/crossplane.yaml", META.replace("provider-a", "Provider_A"))
    assert main(["lint", "p"]) == 0
    assert "fail_on" not in capsys.readouterr().out
    strict = ("--fail-on", "warning")
    note = (
        '1 warning in 1 file.\nA warning fails here like an error, since `fail_on` is "warning".\n'
    )
    assert main(["lint", "p", *strict]) == 1
    assert capsys.readouterr().out.endswith(note)
    assert main(["lint", "p", *strict, "--format", "github"]) == 1
    assert capsys.readouterr().out.endswith(note)
    assert main(["lint", "p", *strict, "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["warnings"] == 1
    assert main(["build", "p", *strict]) == 1
    assert capsys.readouterr().err.endswith(note) and packages() == []
    assert main(["build", "p", *strict, "--ignore-rule", "XP109", "-o", "x.xpkg"]) == 0
    assert main(["verify", "x.xpkg"]) == 0
    assert main(["verify", "x.xpkg", *strict]) == 1
    assert capsys.readouterr().out.endswith(note)
    # An error is an error either way, and no warning is no failure.
    write("p/crossplane.yaml", META)
    assert main(["lint", "p", *strict]) == 0
    write("p/crossplane.yaml", "a: 1\n")
    assert main(["lint", "p"]) == 1
