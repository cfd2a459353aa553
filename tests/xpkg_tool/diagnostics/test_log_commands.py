"""No line that is printed is a command to a CI system."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path

import pytest

from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.finding import Finding, Position, render
from xpkg_tool.diagnostics.formats import FORMATS, write_findings
from xpkg_tool.diagnostics.log_commands import guarded_output, without_commands

STOP = "::stop-commands::canary"
# The ways in which a text can come to stand where a command does.
TEXTS = [
    STOP,
    f" \t{STOP}",
    f"a\n{STOP}",
    f"a\r  {STOP}",
    f"a\u2028{STOP}",
    "##[set-output name=a]b",
    "a: ##[error]b",
    "###[error]",
    "##vso[task.setvariable variable=a]b",
    r"a\##[error]b",
]


def commands(output: str) -> list[str]:
    """The lines that GitHub's runner (ActionCommand.cs) or Azure's agent takes for commands."""
    return [
        line
        for line in re.split(r"\r\n|\r|\n", output)
        if line.lstrip().startswith("::") or re.search(r"##(vso)?\[", line)
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_without_commands(text: str) -> None:
    assert not commands(without_commands(text))
    assert without_commands(without_commands(text)) == without_commands(text)


@pytest.mark.parametrize("text", ["a :: b", "a::b", ":a", "# #[x]", "## [x]", "a ##x", "  a: ::b"])
def test_what_is_no_command_stays(text: str) -> None:
    assert without_commands(text) == text


def findings() -> list[Finding]:
    return [
        Finding("XP001", message, remedy, path, Position(1, 3, source, 4), object=subject)
        for message, remedy, path, source, subject in itertools.chain(
            ((text,) * 5 for text in TEXTS),
            (("a", text, "", "", "") for text in TEXTS),
            (("a", "b", text, text, "") for text in TEXTS),
        )
    ]


@pytest.mark.parametrize("finding", findings())
def test_findings(finding: Finding) -> None:
    assert not commands(render(finding))


@pytest.mark.parametrize("lead", ["", "::", "##[a] ", "::##[a]\x01 ", "\t##vso[a]"])
def test_the_caret_stands_under_its_place(lead: str) -> None:
    line = f"{lead}XX ##[b]"
    found = Finding("XP001", "a", "b", "c", Position(1, len(lead) + 1, line, 2))
    _, shown, carets, _ = render(found).split("\n")
    assert carets.index("^") == shown.index("XX")
    assert carets.count("^") == 2


@pytest.mark.parametrize("format", FORMATS)
def test_formats(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    with guarded_output(commands=format == "github"):
        sys.stdout.write(write_findings(findings(), format))
    output = capsys.readouterr().out
    if format != "github":
        assert not commands(output)
    else:
        # A line of ours that begins as an error is that, whatever follows.
        assert {line.split()[0] for line in commands(output)} == {"::error"}
        assert len(commands(output)) == len(findings())


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("name", ["::stop-commands::x", " ::stop-commands::x", "##[error]x"])
def test_the_command_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    format: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    (tmp_path / name / "a.yaml").write_text(f"kind: '{STOP}'\n---\n##[error]: [\n")
    for arguments in (
        ["lint", name, "--format", format],
        ["build", name],
        ["verify", f"{name}/a.yaml", "--format", format],
        ["verify", f"{name}/none", "--format", format],
        ["inspect", name],
        ["extract", f"{name}/a.yaml"],
        ["lint", f"no\n{STOP}"],
        ["lint", name, f"b\n{STOP}"],
        ["build", name, "--output", f"{name}/a/b"],
        ["push", f"oci-layout:{name}:a:v1", f"{name}/a.yaml"],
        ["copy", f"{name}/a.yaml", f"oci-layout:{name}:a:v1"],
    ):
        assert main(arguments) != 0
        output = capsys.readouterr()
        assert not commands(output.err)
        shown = commands(output.out)
        assert all(line.startswith("::error ") for line in shown)
        assert not shown or format == "github"


def test_lines_in_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    with guarded_output():
        print("", STOP, "a", "::b", sep=":", end="")
        sys.stderr.writelines([" ", ":", ":a\n#", "#[b]"])
        sys.stdout.flush()
        print(STOP)
    output = capsys.readouterr()
    assert not commands(output.out + "\n" + output.err)
    assert output.out.count("canary") == 2
