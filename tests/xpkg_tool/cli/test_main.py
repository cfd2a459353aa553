"""`xpkg`: its arguments, its help, its version."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest

from tests.xpkg_tool.cli.command_runs import EXAMPLE, write
from xpkg_tool import FORMAT_VERSION, build_version
from xpkg_tool.cli.arguments import parser
from xpkg_tool.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["push"], "required: REF\n"),
        (["lint", "p", "gone"], "error: The folder gone does not exist."),
        (["lint", "-f", "gone"], "error: The folder gone does not exist."),
        (["lint", "p", "q", "-e", "p"], "--examples-root applies to one package"),
        (["lint", "p", "--docs-url", "docs/lint-rules.md"], "is not an absolute URL."),
        (["lint", "p", "--docs-url", "https://[/a"], "is not an absolute URL."),
        (["build", "p", "q", "-o", "x.xpkg"], "--output names one file, but 2 packages are given."),
        (["rule", "XQ1"], "No rule's code begins with 'XQ1'."),
        (["rule", ""], "No rule's code begins with ''."),
        (["completion", "ksh"], "invalid choice: 'ksh'"),
        (["lint", "gone"], "error: The folder gone does not exist."),
        (["lint", "p/crossplane.yaml"], "error: p/crossplane.yaml is a file, not a folder."),
        (["lint", "p", "--format", "xml"], "invalid choice: 'xml'"),
        (["lint", "p", "--ignore", "QP1"], "No rule's code begins with 'QP1'."),
        (["lint", "p", "--ignore-path", "["], "The pattern '[' is not valid"),
        (
            ["lint", "p", "--per-path-ignores", "XP010"],
            "'XP010' does not have the form GLOB:CODES.",
        ),
        (["lint", "p", "--per-path-ignores", "[:XP010"], "The pattern '[' is not valid"),
        (["lint", "p", "--examples", "gone"], "The folder gone does not exist."),
        (["build", "p", "--name", "a", "--output", "b"], "not allowed with argument"),
        (["build", "p", "--output", "gone/a.xpkg"], "The folder gone does not exist."),
        (["build", "p", "--output", "p"], "p is a folder."),
        (["build", "p", "--output", "p/"], "p/ is a folder."),
        (["push", "localhost:1/a:v1", "gone.xpkg"], "gone.xpkg"),
        (["push", "nowhere", "gone.xpkg"], "does not begin with a registry"),
        (["push", "nowhere", "gone.xpkg", "--insecure"], "does not begin with a registry"),
    ],
)
def test_wrong_use(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkdir("q")
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert message in err and not out and "Traceback" not in err


COMMANDS = (
    *("lint", "build", "push", "copy", "verify", "inspect", "extract", "graph", "lock", "cache"),
    *("install", "update", "rule", "completion"),
)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_says_what_the_exit_codes_mean(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"] if command else ["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {code}  " in out for code in (0, 1, 2))


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [a.choices for a in parser._actions if isinstance(a.choices, dict)]
    return dict(found[0]) if found else {}


def _actions() -> list[tuple[str, str]]:
    """The help of all arguments of all commands, each with its command."""
    commands = _commands(parser())
    assert tuple(commands) == COMMANDS
    below = {f"cache {name}": action for name, action in _commands(commands["cache"]).items()}
    del commands["cache"]
    return [(n, str(a.help)) for n, c in {**commands, **below}.items() for a in c._actions]


@pytest.mark.parametrize(("command", "help"), _actions())
def test_a_line_of_help_begins_with_a_verb(command: str, help: str) -> None:
    verbs = {
        "allow",
        "apply",
        "colour",
        "copy",
        "do",
        "explain",
        "fail",
        "install",
        "keep",
        "leave",
        "let",
        "link",
        "print",
        "pull",
        "run",
        "wait",
    }
    verbs |= {"lock", "read", "remove", "send", "show", "take", "treat", "trust", "use", "write"}
    verbs |= {"change", "update"}
    assert help.split(maxsplit=1)[0] in verbs, f"{command}: {help}"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xpkg {build_version()} (format {FORMAT_VERSION})\n"


def test_the_habits_of_the_crossplane_cli(capsys: pytest.CaptureFixture[str]) -> None:
    write("e/b.yaml", EXAMPLE)
    os.rename("p/examples/a.yaml", "p/kind-config.yaml")
    arguments = ["-f", "p", "-e", "e", "--ignore", "kind-config.yaml"]
    assert main(["build", *arguments, "-o", "a.xpkg"]) == 0
    long = ["--package-root=p", "--examples-root=e", "--ignore=kind-config.yaml"]
    assert main(["build", *long, "--package-file=b.xpkg"]) == 0
    assert Path("a.xpkg").read_bytes() == Path("b.xpkg").read_bytes()
    assert [o["file"] for o in json.loads(Path("a.xpkg.json").read_bytes())["examples"]] == [
        "e/b.yaml"
    ]
    capsys.readouterr()
    assert main(["push", "-f", "a.xpkg", "oci-layout:registry:team/a:v1"]) == 0
    assert main(["push", "oci-layout:registry:team/a:v1", "--package-files=b.xpkg"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("up to date: ")
