"""Runs the `publish` goal in an engine of its own, with stub_tool.py in place of the tool."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterator

from pants.core.goals import publish as publish_goal
from pants.core.goals.publish import Publish
from pants.core.register import rules as core_rules
from pants.core.target_types import GenericTarget
from pants.init.logging import initialize_stdio, stdio_destination
from pants.testutil.rule_runner import RuleRunner

from tests.xpkg.engines import emptied
from tests.xpkg.replaced_rules import replaced
from xpkg import BY_NAME, named_packages, subsystem
from xpkg.building import attempt, clashes
from xpkg.goals import package, publish
from xpkg.naming import environment, variables
from xpkg.publishing import candidate, destinations, execute, lookup, planning
from xpkg.target_types import XpkgPackageTarget
from xpkg.tool import run

if TYPE_CHECKING or not BY_NAME:
    from tests.xpkg import stub_rules
else:
    from tests.xpkg import stub_rules_by_name as stub_rules

digest_of = stub_rules.digest_of
HOST = "registry.example.org"


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
        made = cls(emptied(_engine()), {"address": HOST, "default": True})
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


@functools.cache
def _engine() -> RuleRunner:
    modules = (named_packages, subsystem, variables, attempt, clashes, package, publish)
    publishing = (
        publish_goal,
        destinations,
        candidate,
        environment,
        lookup,
        planning,
        execute,
        run,
    )
    rules = [r for module in (*modules, *publishing) for r in module.rules()]
    return RuleRunner(
        rules=[*core_rules(), *replaced(rules, *stub_rules.STUBS)],
        target_types=[XpkgPackageTarget, GenericTarget],
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
