"""`xpkg`: its commands, exit codes and files."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest

from xpkg_tool import FORMAT_VERSION
from xpkg_tool.build_version import build_version
from xpkg_tool.cli import main as cli
from xpkg_tool.cli.main import main
from xpkg_tool.diagnostics.catalogue import RULES

META = "apiVersion: meta.pkg.crossplane.io/v1\nkind: Function\nmetadata: {name: provider-a}\n"
EXAMPLE = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n"
PLUGINS = Path(cli.__file__).parents[2]
# A program that runs out of disk would cache the modules that it imports then, cut off.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PLUGINS), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder holds a package `p`."""
    monkeypatch.chdir(tmp_path)
    write("p/crossplane.yaml", META)
    write("p/examples/a.yaml", EXAMPLE)


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """The program as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env={**ENVIRONMENT, **options.pop("env", {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(*arguments: str, **options: Any) -> tuple[int, str, str]:
    process = start(*arguments, **options)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def packages(folder: str = ".") -> list[str]:
    return sorted(p.as_posix() for p in Path(folder).rglob("*") if ".xpkg" in p.name)


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


COMMANDS = ("lint", "build", "push", "copy", "verify", "inspect", "extract", "rule", "completion")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_says_what_the_exit_codes_mean(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"] if command else ["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {code}  " in out for code in (0, 1, 2))


def _actions() -> list[tuple[str, str]]:
    """The help of all arguments of all commands, each with its command."""
    (commands,) = (a.choices for a in cli.parser()._actions if isinstance(a.choices, dict))
    assert tuple(commands) == COMMANDS
    return [
        (name, str(action.help))
        for name, command in commands.items()
        for action in command._actions
    ]


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
        "leave",
        "link",
        "print",
    }
    verbs |= {"read", "send", "show", "treat", "trust", "use", "write"}
    assert help.split(maxsplit=1)[0] in verbs, f"{command}: {help}"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"xpkg {build_version()} (format {FORMAT_VERSION})\n"


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


def test_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [rule.code, rule.severity, rule.name] for rule in RULES.values()
    ]
    assert all(rule.summary in line for rule, line in zip(RULES.values(), lines))
    assert main(["rule", "XP20"]) == 0
    group = capsys.readouterr().out.splitlines()
    assert group == [line for line in lines if line.startswith("XP20")] and len(group) > 5
    assert main(["rule", "xp202", "XP601"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("XP202 unknown-kind\n\nSeverity: error. ")
    assert "\nWrong:\n\n```yaml\napiVersion: apps/v1\nkind: Deployment\n" in out
    assert f"\n\nXP601 {RULES['XP601'].name}\n\nSeverity: " in out


def test_findings_link_to_their_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("p/a.yaml", "a: 1\n")
    monkeypatch.delenv("XPKG_DOCS_URL", raising=False)
    assert main(["lint", "p"]) == 1
    assert "\n  docs: xpkg rule XP201 (docs/lint-rules.md#xp201)\n" in capsys.readouterr().out
    url = "https://git.example.org/docs/lint-rules.md"
    assert main(["lint", "p", "--docs-url", url]) == 1
    assert f"\n  docs: {url}#xp201\n" in capsys.readouterr().out
    monkeypatch.setenv("XPKG_DOCS_URL", url)
    assert main(["lint", "p", "--format", "sarif"]) == 1
    assert f'"helpUri": "{url}#xp201"' in capsys.readouterr().out
    assert main(["build", "p"]) == 1
    assert f"\n  docs: {url}#xp201\n" in capsys.readouterr().err
    assert main(["lint", "p", "--docs-url", "file:///docs/lint-rules.md"]) == 1
    assert "\n  docs: file:///docs/lint-rules.md#xp201\n" in capsys.readouterr().out


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    write("p/a.yaml", "a: 1\n")
    plain = dict.fromkeys(("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"), "")
    environment = {**plain, "TERM": "xterm"}
    for options, extra, colours in (
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--format", "json"], {"FORCE_COLOR": "1"}, False),
    ):
        code, output, _ = run("lint", "p", *options, env={**environment, **extra})
        assert code == 1 and ("\x1b[" in output) == colours, (options, extra)
    for extra, colours in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        assert ("\x1b[" in on_a_terminal("lint", "p", env={**environment, **extra})) == colours


def on_a_terminal(*arguments: str, env: dict[str, str]) -> str:
    """What the program shows where both of its outputs are a terminal."""
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env={**ENVIRONMENT, **env},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    # When the last process closes the terminal, Linux says EIO and others an empty read.
    with contextlib.suppress(OSError):
        while data := os.read(master, 65536):
            shown += data
    os.close(master)
    assert process.wait(timeout=60) in (0, 1)
    return shown.decode()


def test_build_names_the_file_as_upstream(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p"]) == 0
    description = json.loads(next(Path("p").glob("*.json")).read_bytes())
    path = f"p/{description['friendlyId']}.xpkg"
    assert capsys.readouterr().out == f"Wrote {path}\n  {description['digest']}\n"
    assert packages() == [path, f"{path}.json"]
    assert description["friendlyId"].startswith("provider-a-")
    assert [o["file"] for o in description["examples"]] == ["examples/a.yaml"]
    assert main(["build", "p", "--name", "Other.name"]) == 0
    assert f"p/thername-{description['digest'][7:19]}.xpkg" not in packages()
    assert f"p/ther-name-{description['digest'][7:19]}.xpkg" in packages()


def test_build_twice_is_the_same_and_lies_beside_the_sources() -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    assert main(["build", "./p/", "-o", "b.xpkg"]) == 0
    assert Path("a.xpkg").read_bytes() == Path("b.xpkg").read_bytes()
    assert Path("a.xpkg.json").read_bytes() == Path("b.xpkg.json").read_bytes()


def test_build_writes_nothing_for_a_package_with_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("p/y.yaml", "a: 1\n")
    assert main(["build", "p"]) == 1
    out, err = capsys.readouterr()
    assert not out and "p/y.yaml:1:1: error XP201" in err and packages() == []


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


def test_patterns_reach_into_the_default_examples() -> None:
    write("p/examples/bad.yaml", "a: 1\n")
    assert main(["lint", "p"]) == 1
    for pattern in ("examples/bad.yaml", "**/bad.yaml", "examples/**", "**"):
        assert main(["lint", "p", "--ignore-path", pattern]) == (pattern == "**")


def test_a_folder_that_is_read_only() -> None:
    """Root may write everywhere, so the file system has to refuse: /proc is one that does."""
    code, output, errors = run("build", "p", "-o", "/proc/self/x.xpkg")
    assert code == 2 and not output and packages() == []
    assert errors.startswith("error: /proc/self/x.xpkg: The package cannot be written: ")


def _limited() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_disk_that_is_full() -> None:
    Path("a.xpkg").write_bytes(b"old")
    code, output, errors = run("build", "p", "-o", "a.xpkg", preexec_fn=_limited)
    assert code == 2 and not output and "cannot be written: File too large." in errors
    assert Path("a.xpkg").read_bytes() == b"old"
    assert packages() == ["a.xpkg"]
    assert main(["build", "p", "-o", "a.xpkg"]) == 0


# Kills the process as it does the n-th of the calls that change the disk.
_KILLED = """
import os, signal, sys
count = int(sys.argv[1])
def killing(call):
    def wrapped(*args, **kwargs):
        global count
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        count -= 1
        return call(*args, **kwargs)
    return wrapped
for name in ("fsync", "rename", "replace", "unlink"):
    setattr(os, name, killing(getattr(os, name)))
from xpkg_tool.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def test_killed_at_any_step_no_file_is_partial() -> None:
    assert main(["build", "p", "-o", "new.xpkg"]) == 0
    new = Path("new.xpkg").read_bytes()
    for step in range(20):
        Path("a.xpkg").write_bytes(b"old")
        arguments = [str(step), "build", "p", "-o", "a.xpkg"]
        done = subprocess.run(
            [sys.executable, "-c", _KILLED, *arguments],
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        assert Path("a.xpkg").read_bytes() in (b"old", new)
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        assert not [p for p in packages() if p.endswith(".xpkg") and p[0] == "."]
    assert 6 <= step < 19 and Path("a.xpkg").read_bytes() == new


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


def test_verify_inspect_and_extract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    assert main(["push", "oci-layout:registry:team/a:v1"]) == 0
    digest = json.loads(Path("a.xpkg.json").read_bytes())["digest"]
    for source in ("a.xpkg", "registry", "oci-layout:registry:team/a:v1"):
        capsys.readouterr()
        assert main(["verify", source]) == 0
        assert capsys.readouterr().out == "No findings.\n"
        assert main(["inspect", source]) == 0
        assert digest in capsys.readouterr().out
        assert main(["inspect", source, "--format", "json"]) == 0
        inspected = json.loads(capsys.readouterr().out)
        assert (inspected["digest"], inspected["meta"]["name"]) == (digest, "provider-a")
        assert main(["extract", source, "--output", "out/new"]) == 0
        out = capsys.readouterr().out
        assert out == f"Wrote out/new/package.yaml\nWrote out/new/examples.yaml\n  {digest}\n"
        assert Path("out/new/package.yaml").read_text() == f"---\n{META}---\n"
        assert Path("out/new/examples.yaml").read_text() == f"---\n{EXAMPLE}---\n"
    assert main(["extract", "a.xpkg"]) == 0
    assert capsys.readouterr().out.startswith("Wrote package.yaml\nWrote examples.yaml\n")
    assert Path("package.yaml").read_bytes() == Path("out/new/package.yaml").read_bytes()


def test_verify_finds_damage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    data = bytearray(Path("a.xpkg").read_bytes())
    place = data.index(bytes.fromhex("1f8b08000000000000ff")) + 40
    data[place] ^= 1
    Path("a.xpkg").write_bytes(data)
    capsys.readouterr()
    assert main(["verify", "a.xpkg"]) == 1
    assert "error XP903" in capsys.readouterr().out
    assert main(["verify", "a.xpkg", "--format", "sarif"]) == 1
    json.loads(capsys.readouterr().out)
    assert main(["extract", "a.xpkg"]) == 2
    assert "XP903" in capsys.readouterr().err
    assert not Path("package.yaml").exists()


@pytest.mark.parametrize("command", ["verify", "inspect", "extract"])
@pytest.mark.parametrize("source", ["gone.xpkg", "oci-layout:gone:a:v1"])
def test_a_source_that_is_not_there(
    command: str, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, source]) == 2
    out, err = capsys.readouterr()
    assert "error XP914" in out + err and source in out + err


@pytest.mark.parametrize("arguments", [["lint", "p"], ["--help"], ["build", "p"]])
def test_a_closed_pipe_is_no_error_of_ours(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "xpkg_tool.cli", *arguments],
        env=ENVIRONMENT,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# What each command writes to standard output, and whether it then has done its work.
SPEAKING: list[list[str]] = [
    ["--help"],
    ["--version"],
    ["lint", "p"],
    ["lint", "p", "--format", "sarif"],
    ["lint", "q"],
    ["build", "p", "-o", "b.xpkg"],
    ["push", "oci-layout:registry:team/a:v1", "a.xpkg"],
    ["copy", "a.xpkg", "oci-layout:registry:team/b:v1", "--format", "json"],
    ["verify", "a.xpkg"],
    ["inspect", "a.xpkg"],
    ["extract", "a.xpkg"],
    ["rule"],
    ["rule", "XP202"],
    ["--version"],
    ["--help"],
    ["lint", "--help"],
]


@pytest.mark.parametrize("arguments", SPEAKING, ids=" ".join)
@pytest.mark.parametrize("output", ["full", "closed"])
def test_an_output_that_cannot_be_written(arguments: list[str], output: str) -> None:
    assert main(["build", "p", "-o", "a.xpkg"]) == 0
    write("q/a.yaml", "a: 1\n" * 2000)
    redirection = {"full": ">/dev/full", "closed": ">&-"}[output]
    command = [sys.executable, "-m", "xpkg_tool.cli", *arguments]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    why = {"full": "No space left on device", "closed": "Bad file descriptor"}[output]
    assert done.returncode == 2
    assert done.stderr == f"error: Standard output cannot be written: {why}.\n"


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&-", "2>&- >&-", "2>&- <&-"])
def test_errors_that_cannot_be_written(redirection: str) -> None:
    write("p/a.yaml", "a: 1\n")
    for arguments, code in ((["build", "p"], 1), (["lint", "gone"], 2)):
        command = [sys.executable, "-m", "xpkg_tool.cli", *arguments]
        done = subprocess.run(
            ["sh", "-c", f'exec "$@" {redirection}', "sh", *command],
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


# Where the interpreter is held for hours: no handler of Python's own would have its turn.
_ENDLESS = """
import os, re, sys
def wait(*_, **__):
    open("reached", "w").close()
    re.match("(a|a)*b", "a" * 100)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("module", "function", "arguments"),
    [
        ("xpkg_tool.building.build", "read", "lint p"),
        ("xpkg_tool.building.build", "build", "build p"),
        ("xpkg_tool.inspection.verify", "verify", "verify p"),
        ("xpkg_tool.inspection.describe", "inspect", "inspect p"),
        ("xpkg_tool.sandbox.build", "build_packages", "build a b"),
    ],
)
def test_a_signal_ends_it_at_once_and_leaves_nothing(
    module: str, function: str, arguments: str, sent: signal.Signals
) -> None:
    before = sorted(Path().rglob("*"))
    program = "__main__" if module == "xpkg_tool.sandbox.build" else "cli.main"
    script = f"{_ENDLESS}import {module}\n{module}.{function} = wait\n"
    script += f"from xpkg_tool.{program} import main\nsys.exit(main({arguments.split()!r}))"
    os.mkfifo("reached")
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=ENVIRONMENT, stderr=subprocess.PIPE
    )
    Path("reached").read_text()
    process.send_signal(sent)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (-sent, b"")
    Path("reached").unlink()
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("library", ["oryaml", "deflate"])
def test_a_library_that_is_missing_is_named(library: str) -> None:
    script = f"import sys; sys.modules[{library!r}] = None\n"
    script += "from xpkg_tool.cli.main import main; sys.exit(main(['build', 'p']))"
    done = subprocess.run(
        [sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"needs the library {library}" in done.stderr and "pants-xpkg[tool]" in done.stderr


def _raising(error: BaseException) -> Callable[..., None]:
    def raising(*_: object) -> None:
        raise error

    return raising


@pytest.mark.parametrize("error", [ValueError("odd\x1b"), RecursionError(), MemoryError()])
def test_a_bug_is_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from xpkg_tool.cli import lint

    monkeypatch.setattr(lint, "read", _raising(error))
    assert main(["lint", "p"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"error XP000: The tool itself failed: {type(error).__name__}")
    assert "\x1b" not in err


def test_names_and_output_are_utf8_in_any_locale() -> None:
    write("p/ä.yaml", "a: 1\n")
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    process = start("lint", "p", env=locale, encoding="utf-8")
    output, errors = process.communicate(timeout=60)
    assert "p/ä.yaml:1:1" in output and not errors
