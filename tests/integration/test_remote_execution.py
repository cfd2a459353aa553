"""The tool runs under the Remote Execution API: on a worker with a folder and an environment of
its own, which has nothing of the caller's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest

from tests.integration.build_grid import BuildGrid, server
from tests.integration.repository import Repository, Run, write_provider

DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: controller\n"


@dataclass(frozen=True)
class ExecutionService:
    """`address` is host:port; actions run in folders below `root`, where their record is."""

    address: str
    root: Path

    def builds(self) -> list[dict[str, Any]]:
        """The tool's builds so far."""
        lines = (self.root / "record.jsonl").read_text().splitlines()
        return [a for a in map(json.loads, lines) if "xpkg-tool/run.py" in a["arguments"]]


@pytest.fixture
def execution(remote_cache: BuildGrid, tmp_path: Path) -> Iterator[ExecutionService]:
    folder, root = tmp_path / "execution", tmp_path / "worker"
    folder.mkdir()
    root.mkdir()
    script = Path(__file__).with_name("execution_service.py")

    def command(address: str) -> list[str]:
        own = [str(remote_cache.python), "-I", str(script)]
        return [*own, address, remote_cache.address, str(root)]

    with server(command, folder) as address:
        yield ExecutionService(address, root)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    made = Repository.create(tmp_path / "repository")
    made.env["CANARY"] = "of the caller"
    write_packages(made)
    yield made
    made.close()


def write_packages(repository: Repository) -> None:
    write_provider(repository, "packages/a", "provider-a")
    write_provider(repository, "packages/b", "provider-b")


def digests(repository: Repository) -> dict[str, str]:
    dist = repository.root / "dist"
    return {
        str(path.relative_to(dist)): json.loads(path.read_bytes())["digest"]
        for path in dist.rglob("*.xpkg.json")
    }


def test_the_tool_runs_on_another_machine(
    repository: Repository,
    running: Repository,
    remote_cache: BuildGrid,
    execution: ExecutionService,
    tmp_path: Path,
) -> None:
    def remote(*args: str, expect: int = 0) -> Run:
        return repository.pants(
            "--remote-execution",
            f"--remote-execution-address=grpc://{execution.address}",
            f"--remote-store-address=grpc://{remote_cache.address}",
            f"--local-store-dir={tmp_path / 'store'}",
            "--stats-log",
            *args,
            expect=expect,
        )

    run = remote("package", "::")
    assert run.counter("remote_execution_success") > 0
    assert run.counter("local_execution_requests") == 0
    builds = execution.builds()
    assert builds
    for build in builds:
        # Nothing names a place of this machine but the interpreter.
        interpreter, *arguments = build["arguments"]
        assert Path(interpreter).name.startswith("python3")
        assert not [argument for argument in arguments if "/" in argument.replace("xpkg-tool/", "")]
        # Pants' own two, which tell results of other platforms apart.
        assert all(name.startswith("PANTS_CACHE_KEY_") for name in build["environment"])
        assert Path(build["folder"]).parent == execution.root
        assert build["exit_code"] == 0
    there = digests(repository)
    assert len(there) == 2

    # The same as here.
    running.clear()
    write_packages(running)
    running.pants("package", "::")
    assert digests(running) == there

    # What the tool finds comes back, for the package that it concerns.
    repository.write("packages/b/crds/controller.yaml", DEPLOYMENT)
    linted = remote("lint", "::", expect=1)
    assert linted.counter("local_execution_requests") == 0
    assert "packages/b/crds/controller.yaml:2:7: error XP202: No package can hold" in linted.output
    assert "packages/a/" not in linted.output
    assert len(execution.builds()) > len(builds)
