"""Runs the commands that README.md and docs/ show.

Each block of commands (```bash, ```console) has a comment on the line above:

    <!-- run: PLACE -->                         where it runs, one of PLACES
    <!-- run: PLACE; needs PROGRAM ... -->       programs that a machine may lack
    <!-- run: PLACE; registry ADDRESS -->        a registry that is to listen there
    <!-- run: ci -->                             .ci/run runs the same line
    <!-- not run: REASON -->

In a ```console block the commands are the lines with `$ `; the others have to appear in the
output in their order, where `…` stands for anything. A block of any kind with
`<!-- file: PLACE/PATH -->` is written there. The blocks of a page run in their order, each page in
new places.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

import pytest
import yaml

from tests.integration.docker_registry import docker_registry
from tests.integration.pants_command import LOCKED_VERSION, version, write_command
from tests.integration.repository import PROJECT, Repository, copy_project

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]

_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_RUN = re.compile(r"run: (?P<place>[\w-]+)(?:; (?P<setting>needs|registry) (?P<values>[^;]+))?")
_TIME = re.compile(r"^\d\d:\d\d:\d\d\.\d\d ")


@dataclass(frozen=True)
class Block:
    """A fenced block. `mark` is the comment above it, `line` where it begins."""

    line: int
    mark: str
    language: str
    text: str

    @property
    def shows_commands(self) -> bool:
        return self.language in ("bash", "console", "sh", "shell")


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(line, found["mark"] or "", found["language"], found["text"])


# The places. Each function fills an empty folder.


def own_repository(root: Path) -> None:
    """A repository with a package, before Pants is set up; all committed, as in origin/main."""
    package = {
        "packages/network/crossplane.yaml": _CONFIGURATION,
        "packages/network/apis/definition.yaml": _DEFINITION,
    }
    _write_files(root, package)
    _commit(root)
    # Something that was changed since.
    _write_files(root, {"packages/network/apis/definition.yaml": f"# Networks.\n{_DEFINITION}"})


def existing_repository(root: Path) -> None:
    """The repository that docs/adopting.md draws, with pants.toml."""
    _write_files(
        root,
        {
            "pants.toml": _pants_toml(),
            "network/apis/definition.yaml": _DEFINITION,
            "network/apis/kustomization.yaml": "resources:\n  - definition.yaml\n",
            "network/crossplane.yaml": _CONFIGURATION,
            "network/examples/network.yaml": _EXAMPLE,
            "network/hack/values.yaml": "region: eu-north\n",
        },
    )


def adopted_repository(root: Path) -> None:
    """The same with Pants, and a target for the package."""
    own_repository(root)
    _write_files(
        root,
        {
            "pants.toml": _pants_toml(),
            "packages/network/BUILD": "xpkg_package()\n",
            ".gitignore": "/.pants.d/\n/.pids\n/dist/\n/wheels/\n",
        },
    )


def _commit(root: Path) -> None:
    who = ("-c", "user.name=Alice", "-c", "user.email=alice@example.org")
    for command in (
        ("init", "--quiet"),
        ("add", "--all"),
        (*who, "commit", "--quiet", "--no-gpg-sign", "--message", "Packages"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run(["git", *command], cwd=root, check=True, stdin=subprocess.DEVNULL)


def clone(root: Path) -> None:
    """This repository, in which ./pants is the Pants that is tested."""
    copy_project(root)
    if version() != LOCKED_VERSION:
        write_command(root / "pants")


PLACES: dict[str, Callable[[Path], object]] = {
    "clone": clone,
    "own-repository": own_repository,
    "existing-repository": existing_repository,
    "adopted-repository": adopted_repository,
}

_CONFIGURATION = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Configuration
metadata:
  name: network
"""

_DEFINITION = """\
apiVersion: apiextensions.crossplane.io/v2
kind: CompositeResourceDefinition
metadata:
  name: networks.platform.example.org
spec:
  group: platform.example.org
  names:
    kind: Network
    plural: networks
  scope: Namespaced
  versions:
    - name: v1
      served: true
      referenceable: true
      schema:
        openAPIV3Schema:
          type: object
"""

_EXAMPLE = """\
apiVersion: platform.example.org/v1
kind: Network
metadata:
  name: lab
"""


def _pants_toml() -> str:
    """The one that the README shows."""
    mark = "file: own-repository/pants.toml"
    return next(block.text for block in blocks(PAGES[0]) if block.mark == mark)


def _write_files(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project's wheel."""
    folder = tmp_path_factory.mktemp("wheels")
    copy_project(folder / "clone")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--wheel-dir", folder / "wheels", folder / "clone"),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return folder / "wheels"


@dataclass
class Session:
    """What the blocks of one page share: the places below `places` that were `made` for it, and
    programs that were missing."""

    folder: Path
    places: Path
    wheels: Path
    made: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def place(self, name: str) -> Path:
        root = self.places / name
        if name not in self.made:
            self.made.add(name)
            made = self.folder / name
            made.mkdir()
            PLACES[name](made)
            if name != "clone":
                shutil.copytree(self.wheels, made / "wheels")
            Repository(root).mirror(made)
        return root

    def environment(self) -> dict[str, str]:
        """As a user has it, with `pants` and a python3 on PATH, and without the user's own
        settings for Pants, credentials and storage of images."""
        own = self.folder / "environment"
        storage = own / "storage.conf"
        if not own.exists():
            (own / "bin").mkdir(parents=True)
            write_command(own / "bin" / "pants")
            # The wheel's console script, whose installation test_wheel.py tests.
            script = own / "bin" / "xpkg"
            script.write_text(
                f"#!{sys.executable}\nimport sys\n"
                f"sys.path.insert(0, {str(PROJECT / 'pants-plugins')!r})\n"
                "from xpkg_tool.cli.main import main\nsys.exit(main())\n"
            )
            script.chmod(0o755)
            # The driver that works in a container, too.
            storage.write_text(
                f'[storage]\ndriver = "vfs"\ngraphroot = "{own}/graph"\nrunroot = "{own}/run"\n'
            )
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PANTS_")}
        path = (str(own / "bin"), str(Path(sys.executable).parent), environment.get("PATH", ""))
        return {
            **environment,
            "PATH": os.pathsep.join(path),
            "DOCKER_CONFIG": str(own),
            "CONTAINERS_STORAGE_CONF": str(storage),
        }

    def run(self, block: Block) -> None:
        if block.mark.startswith("file: "):
            place, _, path = block.mark[len("file: ") :].partition("/")
            _write_files(self.place(place), {path: block.text})
        found = _RUN.fullmatch(block.mark)
        if not found or found["place"] == "ci":
            return
        text, values = block.text, (found["values"] or "").split()
        needed = values if found["setting"] == "needs" else []
        if found["setting"] == "registry":
            needed = ["docker-registry"]
        lacking = {program for program in needed if shutil.which(program) is None}
        if lacking:
            self.missing |= lacking
            return
        root = self.place(found["place"])
        with ExitStack() as stack:
            if found["setting"] == "registry":
                folder = self.folder / "registry-data"
                registry = stack.enter_context(docker_registry(folder))
                assert values[0] in text
                text = text.replace(values[0], registry.address)
            if block.language == "console":
                for command, expected in _transcript(text):
                    _compare(expected, self._shell(root, command))
            else:
                self._shell(root, text)

    def _shell(self, root: Path, commands: str) -> tuple[str, str]:
        """What the commands print, and what they print to standard error."""
        Repository(root).let_the_daemon_see()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        printed = f"$ {commands}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == 0, printed
        assert "Traceback" not in printed, printed
        return done.stdout, done.stderr


def _transcript(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with the lines that are shown below it."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    assert parts[0] == "", "A console block begins with a command."
    for command, output in zip(parts[1::2], parts[2::2]):
        yield command, output.splitlines()


def _compare(expected: list[str], printed: tuple[str, str]) -> None:
    """Each expected line is printed, after those before it on the same of the two streams. Which of
    the streams arrives first is Pants' daemon's affair."""
    streams = [_lines(text) for text in printed]
    for wanted in expected:
        if wanted.strip() in ("", "…"):
            continue
        pattern = re.compile(re.escape(wanted.rstrip()).replace("…", ".*"))
        for lines in streams:
            found = next((i for i, line in enumerate(lines) if pattern.fullmatch(line)), None)
            if found is not None:
                del lines[: found + 1]
                break
        else:
            raise AssertionError(f"{wanted!r} is not in what is left of:\n{''.join(printed)}")


def _lines(text: str) -> list[str]:
    return [_TIME.sub("", line).rstrip() for line in text.splitlines()]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all places. Each page finds a place as it was at first, but for Pants' daemon:
    to start it and to install the wheel takes longer than most pages."""
    folder = tmp_path_factory.mktemp("places")
    yield folder
    for place in folder.iterdir():
        Repository(place).close()


@pytest.fixture
def session(tmp_path: Path, places: Path, wheels: Path) -> Session:
    return Session(tmp_path, places, wheels)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_block_of_commands_says_where_it_runs(page: Path) -> None:
    for block in blocks(page):
        place = f"{page.name}:{block.line}: {block.mark!r}"
        if block.shows_commands:
            assert block.language in ("bash", "console"), place
            run = _RUN.fullmatch(block.mark)
            assert run or re.fullmatch(r"not run: \S.*", block.mark), place
            assert not run or run["place"] in (*PLACES, "ci"), place
        else:
            assert not block.mark.startswith(("run:", "not run:")), place
            # An indented prompt in a block that is not run would be a way around.
            assert not re.search(r"^\$ ", block.text, re.MULTILINE), place


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_ci_runs_is_what_the_pages_show(page: Path) -> None:
    ci = (PROJECT / ".ci" / "run").read_text("utf-8").splitlines()
    for block in blocks(page):
        if block.mark == "run: ci":
            assert block.text.splitlines() != []
            assert set(block.text.splitlines()) <= set(ci)


def _is_run(page: Path) -> bool:
    return any((m := _RUN.fullmatch(b.mark)) and m["place"] != "ci" for b in blocks(page))


@pytest.mark.parametrize("page", [p for p in PAGES if _is_run(p)], ids=lambda page: page.name)
def test_the_commands_run(page: Path, session: Session) -> None:
    for block in blocks(page):
        session.run(block)
    if session.missing:
        pytest.skip(f"all but the commands that need {', '.join(sorted(session.missing))} ran")


@pytest.mark.parametrize("name", ["ci.md", "scale.md"])
def test_the_workflows_are_yaml(name: str) -> None:
    """A command that ends in `::` is easily read as a key."""
    texts = [b.text for b in blocks(PROJECT / "docs" / name) if b.language == "yaml"]
    assert texts
    for text in texts:
        assert len(list(yaml.parse(text))) > 10


def _scripts() -> Iterator[tuple[str, str]]:
    """The commands of docs/ci.md's workflows that run Pants, each job's or step's with a name."""
    github, gitlab = (
        yaml.safe_load(b.text) for b in blocks(PROJECT / "docs" / "ci.md") if b.language == "yaml"
    )
    for step in github["jobs"]["packages"]["steps"]:
        yield step.get("name", ""), step.get("run", "")
    for name, job in gitlab.items():
        yield name, "\n".join(job.get("script", ())) if isinstance(job, dict) else ""


def test_the_scripts_of_the_workflows_run(session: Session) -> None:
    """All but the steps that need the network or an account."""
    root = session.place("adopted-repository")
    target = 'xpkg_package(version=env("RELEASE_VERSION", "v0.0.0"))\n'
    _write_files(root, {"packages/network/BUILD": target})
    variables = {
        "GITHUB_BASE_REF": "main",
        "GITHUB_REF_NAME": "v1.2.3",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": "origin/main",
        "CI_COMMIT_TAG": "v1.2.4",
        "PANTS_XPKG_REPORT_FORMATS": "['sarif']",
    }
    exports = "".join(f"export {name}={shlex.quote(v)}\n" for name, v in variables.items())
    ran = []
    for name, script in _scripts():
        lines = [
            line
            for line in script.splitlines()
            if "docker" not in line and "get-pants" not in line and "REGISTRY_PASSWORD" not in line
        ]
        if any(re.search(r"\bpants ", line) for line in lines):
            output, _ = session._shell(root, exports + "\n".join(lines))
            ran.append(name)
            assert ("pushed: " in output) == ("ublish" in name)
    assert ran == [
        "Check what the pull request changes",
        "Check everything",
        "Publish the release",
        "check",
        "check-all",
        "publish",
    ]


def test_the_readme_shows_the_test_command() -> None:
    assert [block.text for block in blocks(PAGES[0]) if block.mark == "run: ci"] == [
        "./pants test ::\n"
    ]


@pytest.mark.parametrize(
    ("expected", "output", "same"),
    [
        (["a", "b"], "a\nx\nb\n", True),
        (["b", "a"], "a\nb\n", False),
        (["Wrote …"], "01:02:03.45 Wrote dist/a\n", True),
        (["Wrote a.b"], "Wrote axb\n", False),
        (["a"], "ab\n", False),
        (["…", "a"], "a\n", True),
    ],
)
def test_outputs_are_compared(expected: list[str], output: str, same: bool) -> None:
    # The lines of the other stream may stand before or after these.
    for printed in ((output, "other\n"), ("other\n", output)):
        if same:
            _compare(expected, printed)
            _compare([*expected, "other"], printed)
            _compare(["other", *expected], printed)
        else:
            with pytest.raises(AssertionError):
                _compare(expected, printed)
