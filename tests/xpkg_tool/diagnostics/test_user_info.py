"""User names and passwords in the names of packages, which nothing may print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.xpkg_tool.dependencies.lock.loopback import publish, write_package
from tests.xpkg_tool.dependencies.lock.universe import meta_text
from tests.xpkg_tool.registry.fake_registry import running
from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.finding import Finding, Position, cut, render
from xpkg_tool.diagnostics.user_info import hidden_in, shows_user, without_user

DIGEST = "sha256:" + "0" * 64

NAMES = [
    ("canary:canary@r.io/x/y", "***@r.io/x/y"),
    ("canary@r.io/x/y:v1", "***@r.io/x/y:v1"),
    ("https://canary:canary@r.io/x/y", "https://***@r.io/x/y"),
    ("https://canary:canary@r.io", "https://***@r.io"),
    ("canary:canary@r.io", "***@r.io"),
    ("canary:can@ary@r.io/x", "***@r.io/x"),
    ("canary:can/ary@r.io/x", "***@r.io/x"),
    (f"canary:canary@r.io/x@{DIGEST}", f"***@r.io/x@{DIGEST}"),
    (f"canary:canary@r.io@{DIGEST}", f"***@r.io@{DIGEST}"),
]
HARMLESS = [
    "",
    "r.io/x/y",
    "r.io:5000/x/y:v1",
    f"r.io/x/y@{DIGEST}",
    f"r.io/x/y:v1@{DIGEST}",
    f"y@{DIGEST}",
    "@scope/x",
    "https://r.io/x/y@v1",
]


@pytest.mark.parametrize(("name", "shown"), [*NAMES, *((n, n) for n in HARMLESS)])
def test_names(name: str, shown: str) -> None:
    assert without_user(name) == shown
    assert without_user(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`canary:canary@r.io/x/y` is wrong", "`***@r.io/x/y` is wrong"),
        ("(https://canary@r.io/x), 'c@r.io/x'", "(https://***@r.io/x), '***@r.io/x'"),
        (f"r.io/x:v1@{DIGEST} and a/b@c/d", f"r.io/x:v1@{DIGEST} and a/b@c/d"),
        ("node_modules/@scope/x and me@example.org", "node_modules/@scope/x and me@example.org"),
        ("packages/x:y@release=a/b", "packages/x:y@release=a/b"),
    ],
)
def test_words_of_a_text(text: str, shown: str) -> None:
    assert hidden_in(text) == shown


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
@pytest.mark.parametrize(
    "line",
    [
        "package: {}",
        '  - provider: "{}" # comment',
        "dependsOn: [{{package: '{}', version: \"*\"}}]",
        "[r.io/x,{}]",
        '{{"package":"{}"}}',
    ],
)
def test_lines_of_a_file(line: str, name: str) -> None:
    assert shows_user(line.format(name))


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_lines(name: str) -> None:
    assert not shows_user(f"  package: {name}")
    assert not shows_user("maintainer: Somebody <me@example.org>")


def test_no_finding_shows_one() -> None:
    """Whatever made it: where it shows the name of a package, a part of it, or its line."""
    name = "canary:" + "canary" * 100 + "@r.io/x/y"
    line = f"package: {name}"
    finding = Finding("XP1", f"{cut(name)!r} is wrong.", f"Not {name}.", "a", Position(3, 10, line))
    assert finding.position == Position(3, 10)
    assert render(finding) == (
        "a:3:10: error XP1: '***@r.io/x/y' is wrong.\n  help: Not ***@r.io/x/y."
    )
    assert Finding.from_json(finding.to_json()) == finding
    # Nor does one that was made of another.
    plain = Finding("XP1", "Wrong.", "Right.", "a", Position(3, 10))
    made = plain._replace(
        message=f"{cut(name)!r} is wrong.", remedy=f"Not {name}.", position=Position(3, 10, line)
    )
    assert made == finding


@pytest.mark.parametrize("scheme", ["", "https://"])
@pytest.mark.parametrize(
    "command",
    [
        *(["lint", "a", f"--format={format}"] for format in ("text", "json", "sarif", "github")),
        ["build", "a"],
        ["lock", "a"],
        *(["graph", "a", f"--format={format}"] for format in ("tree", "json", "dot", "mermaid")),
    ],
)
def test_no_command_shows_a_password(
    command: list[str],
    scheme: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("a").mkdir()
    wanted = {f"{scheme}canary:canary@r.io/team/f-x": "*", f"{scheme}canary@r.io/f-y:v1": "banana"}
    Path("a/crossplane.yaml").write_bytes(meta_text("a", wanted))
    assert (main(command) == 0) == (command[0] == "graph")
    captured = capsys.readouterr()
    said = captured.out + captured.err
    assert "canary" not in said
    assert "***@r.io/team/f-x" in said
    if command[0] != "graph":
        assert "cannot contain a user name or password" in said
        assert "xpkg.crossplane.io/" not in said
    if command[1:] == ["a", "--format=json"] and command[0] == "lint":
        assert {f["source"] for f in json.loads(captured.out)["findings"] if f["line"]} >= {None}


def test_a_password_in_a_foreign_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with running() as registry:
        publish(registry, "f-a", "v1.0.0")
        monkeypatch.setattr(
            "tests.xpkg_tool.dependencies.lock.loopback.source",
            lambda registry, name: f"canary:canary@{registry.address}/team/{name}",
        )
        publish(registry, "a", "v1.0.0", {"f-a": "*"})
        monkeypatch.undo()
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path))
        write_package(registry, Path(), "x", {"a": "*"})
        assert main(["lock", "x"]) == 2
    error = capsys.readouterr().err
    assert "canary" not in error
    assert f"'***@{registry.address}/team/f-a' is not a source: a reference cannot" in error
