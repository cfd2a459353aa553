"""Runs the `publish` goal in an engine of its own, with stub_tool.py in place of the tool."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator

from pants.core.goals import publish as publish_goal
from pants.core.goals.publish import Publish
from pants.core.register import rules as core_rules
from pants.core.target_types import GenericTarget
from pants.engine.fs import (
    EMPTY_DIGEST,
    CreateDigest,
    Digest,
    DigestContents,
    FileContent,
    PathGlobs,
)
from pants.engine.process import Process
from pants.engine.rules import Get, rule
from pants.init.logging import initialize_stdio, stdio_destination
from pants.testutil.rule_runner import RuleRunner
from pants.util.frozendict import FrozenDict

import xpkg_tool
from xpkg import named_packages, subsystem
from xpkg.building.build import BuildOutcome, BuildReport, BuildRequest
from xpkg.dependencies.check import RepositoryCheck, RepositoryCheckRequest
from xpkg.goals import package, publish
from xpkg.naming import environment, variables
from xpkg.publishing import candidate, execute, lookup
from xpkg.target_types import XpkgPackageTarget
from xpkg.tool import run
from xpkg.tool.process import ToolProcess
from xpkg_tool import messages
from xpkg_tool.messages import ARCHIVE, DESCRIPTION

# The stand-in and what it imports, by their paths in the sandbox.
STUB = {
    "stub_tool.py": Path(__file__).with_name("stub_tool.py"),
    "xpkg_tool/__init__.py": Path(xpkg_tool.__file__),
    "xpkg_tool/messages.py": Path(messages.__file__),
}
_RUN = "import sys; sys.path.insert(0, 'tool'); import stub_tool; stub_tool.main(*sys.argv[1:])"
HOST = "registry.example.org"


@rule
async def build(request: BuildRequest) -> BuildOutcome:
    """A package whose digest is that of its meta object; one that says `broken` does not pass
    lint. It is called what it says after `meta:`, else after its folder."""
    globs = PathGlobs([f"{request.address.spec_path}/crossplane.yaml"])
    (file,) = await Get(DigestContents, PathGlobs, globs)
    digest = digest_of(file.content.decode())
    if b"broken" in file.content:
        return BuildOutcome(request.address, "XP999 it is broken", None, EMPTY_DIGEST)
    _, has_name, given = file.content.decode().partition("meta: ")
    name = given.strip() if has_name else Path(request.address.spec_path).name
    description = {
        "digest": digest,
        "meta": {"name": name},
        "friendlyId": name,
        "layers": [{"size": 1_200_000}, {"size": 34}],
    }
    files = [
        FileContent(ARCHIVE, file.content),
        FileContent(DESCRIPTION, json.dumps(description).encode()),
    ]
    return BuildOutcome(request.address, "", digest, await Get(Digest, CreateDigest(files)))


@rule
async def report(request: BuildRequest) -> BuildReport:
    return BuildReport(await Get(BuildOutcome, BuildRequest, request))


@rule
async def check(_: RepositoryCheckRequest) -> RepositoryCheck:
    """Nothing is wrong with the packages together: the stand-in cannot read them."""
    return RepositoryCheck(FrozenDict(), EMPTY_DIGEST)


@rule
async def stub_tool(request: ToolProcess) -> Process:
    files = [FileContent(name, path.read_bytes()) for name, path in STUB.items()]
    stub = await Get(Digest, CreateDigest(files))
    return Process(
        argv=(sys.executable, "-I", "-S", "-c", _RUN, *request.args),
        input_digest=request.input_digest,
        immutable_input_digests=FrozenDict({"tool": stub}),
        output_directories=(request.output_directory,),
        description=request.description,
        env=request.env,
        cache_scope=request.cache_scope,
        level=request.level,
    )


def digest_of(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True)
class Ran:
    """A run of the goal: the lines at its end, sorted, what its processes printed, the requests
    to the tool, and `--publish-output`."""

    exit_code: int
    lines: tuple[str, ...]
    stdout: str
    stderr: str
    requests: tuple[dict[str, Any], ...]
    output: list[dict[str, Any]]

    @property
    def written(self) -> list[str]:
        """The packages that the process that publishes was given, in order."""
        return [
            p["name"] for r in self.requests if r["command"] == "publish" for p in r["packages"]
        ]

    def entry(self, package_name: str) -> dict[str, Any]:
        (entry,) = [e for e in self.output if e.get("package") == package_name]
        return entry


@dataclass
class PublishRunner:
    """A repository in which the packages `packages/<name>` are published to HOST.

    `meanwhile` is called in a thread when the goal begins, with the file to which the log goes.
    """

    runner: RuleRunner
    options: dict[str, Any] = field(default_factory=dict)
    meanwhile: Callable[[Path], None] = lambda stderr: None

    @classmethod
    def create(cls) -> PublishRunner:
        modules = (named_packages, subsystem, variables, package, publish, publish_goal)
        publishing = (candidate, environment, lookup, execute, run)
        rules = [r for module in (*modules, *publishing) for r in module.rules()]
        runner = RuleRunner(
            rules=[*core_rules(), *rules, build, report, check, stub_tool],
            target_types=[XpkgPackageTarget, GenericTarget],
        )
        made = cls(runner, {"address": HOST, "default": True})
        made.folder.mkdir()
        return made

    @property
    def root(self) -> Path:
        return Path(self.runner.build_root)

    @property
    def folder(self) -> Path:
        """The stand-in's files (stub_tool.py)."""
        return Path(f"{self.root}.state")

    def close(self) -> None:
        shutil.rmtree(self.folder)
        shutil.rmtree(self.root)

    def package(self, name: str, *dependencies: str, text: str = "", **fields: Any) -> None:
        """Writes the package; `dependencies` are names of others, or addresses."""
        addresses = [d if "/" in d or ":" in d else f"packages/{d}" for d in dependencies]
        given = {"version": "v1", "dependencies": addresses, **fields}
        arguments = ", ".join(f"{key}={value!r}" for key, value in given.items())
        self.runner.write_files(
            {
                f"packages/{name}/BUILD": f"xpkg_package({arguments})\n",
                f"packages/{name}/crossplane.yaml": text or f"name: {name}\n",
            }
        )

    def state(self, name: str, value: Any) -> None:
        """Sets a file of the stand-in's registry (stub_tool.py)."""
        (self.folder / f"{name}.json").write_text(json.dumps(value))

    @property
    def registry(self) -> dict[str, str]:
        path = self.folder / "registry.json"
        found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def run(self, *specs: str, args: tuple[str, ...] = (), **env: str) -> Ran:
        log, output = self.folder / "runs.jsonl", self.folder / "output.json"
        for path in (log, output):
            path.unlink(missing_ok=True)
        # The processes of the goal write to its standard output and error.
        with files_for_stdio(self.runner) as (stdout, stderr):
            threading.Thread(target=self.meanwhile, args=(stderr,), daemon=True).start()
            result = self.runner.run_goal_rule(
                Publish,
                global_args=(f"--xpkg-registries={ {'main': self.options}!r}", *args),
                args=(f"--publish-output={output}", *(specs or ("::",))),
                env=env,
                env_inherit={"PATH"},
            )
            printed = (stdout.read_text(), stderr.read_text())
        requests = log.read_text().splitlines() if log.exists() else []
        return Ran(
            result.exit_code,
            tuple(sorted(filter(None, result.stderr.splitlines()))),
            *printed,
            tuple(json.loads(line) for line in requests),
            json.loads(output.read_text()) if output.exists() else [],
        )


@contextlib.contextmanager
def files_for_stdio(runner: RuleRunner) -> Iterator[tuple[Path, Path]]:
    """Pants' own mock_console leaves a file open, which is an error here."""
    options = runner.options_bootstrapper.bootstrap_options.for_global_scope()
    with tempfile.TemporaryDirectory() as folder:
        stdout, stderr = Path(folder, "stdout"), Path(folder, "stderr")
        with contextlib.ExitStack() as stack:
            stack.enter_context(initialize_stdio(options))
            stdin = stack.enter_context(open(os.devnull))
            out, err = (stack.enter_context(path.open("w")) for path in (stdout, stderr))
            descriptors = [file.fileno() for file in (stdin, out, err)]
            stack.enter_context(stdio_destination(*descriptors))
            yield stdout, stderr


def reference(name: str, tag: str = "v1") -> str:
    return f"{HOST}/{name}:{tag}"
