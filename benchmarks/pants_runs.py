"""Runs Pants, with the project's launcher, in repositories that exist only for a benchmark."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from benchmarks import measuring
from benchmarks.inputs import PLUGINS, PROJECT
from benchmarks.measuring import Sample

TRIVIAL_PLUGINS = PROJECT / "benchmarks" / "plugins"

_PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
pythonpath = {plugins}
backend_packages = {backends}
local_store_dir = "{store}"

[anonymous-telemetry]
enabled = false
"""

_WARM_UP = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: provider-warm-up
"""

# The daemon notices new files with a short delay.
_SETTLE_SECONDS = 1.0


class Repository:
    """A repository in `root` with its own store: empty, or a copy of the one at `store`.

    `backend` is a folder of `plugins`: xpkg, or trivial. `beside` are others with their plugins,
    which are only loaded.
    """

    def __init__(
        self,
        root: Path,
        plugins: Path,
        backend: str,
        store: Path | None = None,
        beside: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        self.root = root / "repository"
        self._target = f"{backend}_package"
        warm_up = self.root / "warm-up"
        warm_up.mkdir(parents=True)
        if store is not None:
            shutil.copytree(store, root / "store")
        loaded = {backend: plugins, **beside}
        toml = _PANTS_TOML.format(
            plugins=json.dumps([str(folder) for folder in loaded.values()]),
            backends=json.dumps(list(loaded)),
            store=root / "store",
        )
        (self.root / "pants.toml").write_text(toml)
        (warm_up / "crossplane.yaml").write_text(_WARM_UP)
        (warm_up / "BUILD").write_text(f"{self._target}()\n")

    def warm_up(self) -> None:
        """Builds a package, so that the daemon is warm and the tool is in the store."""
        self.pants("package", "::")

    def pants(self, *arguments: str) -> Sample:
        """Runs Pants: wall seconds, and the memory and the number of the tool's processes."""
        tool = measuring.ToolWatch()
        for pid in self._daemons():
            tool.below(pid)
        with tool.watching():
            done = measuring.run([PROJECT / "pants", *arguments], cwd=self.root, started=tool.below)
        return Sample(done.sample.seconds, tool.peak or None, tool.count)

    def add(self, packages: Path) -> list[Path]:
        """Copies the packages below a folder, with a target for each; returns their folders."""
        target = self.root / "packages"
        shutil.copytree(packages, target)
        folders = sorted(meta.parent for meta in target.rglob("crossplane.yaml"))
        for folder in folders:
            (folder / "BUILD").write_text(f"{self._target}()\n")
        settle()
        return folders

    def edit(self, file: Path) -> None:
        """Changes a file, as a person would, and waits for the daemon to notice."""
        with file.open("a") as output:
            output.write("# edited\n")
        settle()

    def close(self) -> None:
        for pid in self._daemons():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.root.parent, ignore_errors=True)

    def _daemons(self) -> list[int]:
        return [int(file.read_text()) for file in self.root.glob(".pids/*/pantsd/pid")]


def settle() -> None:
    time.sleep(_SETTLE_SECONDS)


def warm_store(root: Path, target: Path) -> None:
    """Creates a store at `target` with the tool and one small package."""
    repository = Repository(root, PLUGINS, "xpkg")
    try:
        repository.pants("--no-pantsd", "package", "::")
        (root / "store").rename(target)
    finally:
        repository.close()
