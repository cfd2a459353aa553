"""A repository of its own for a test, in which the project's launcher runs Pants for real."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Collection, Mapping

from tests.integration import pants_command

PROJECT = pants_command.PROJECT

_PANTS_TOML = """\
[GLOBAL]
pants_version = "2.17.1"
pythonpath = ["{plugins}"]
backend_packages = ["xpkg"]

[anonymous-telemetry]
enabled = false

[pex]
executable_search_paths = ["/usr/local/bin", "/usr/bin", "/bin"]

[subprocess-environment]
env_vars = ["LANG=C.UTF-8", "LC_ALL=C.UTF-8"]

[xpkg]
registries = {{ local = {{ address = "oci-layout:dist/registry", default = true }} }}
"""

_OF_THE_DAEMON = (".pants.d", ".pids")
# What `Repository.clear` leaves: the settings, and what is the daemon's.
_KEPT = ("pants.toml", "BUILDROOT", ".gitignore", *_OF_THE_DAEMON)

_COUNTER = re.compile(r"^  (\w+): (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """A finished run of Pants. `output` is standard output and error together."""

    returncode: int
    stdout: str
    output: str

    def counter(self, name: str) -> int:
        """A counter of a run with --stats-log; 0 when Pants does not list it."""
        return {k: int(v) for k, v in _COUNTER.findall(self.output)}.get(name, 0)


@dataclass
class Repository:
    """A repository at `root`. `env` is all that its Pants runs see of the environment."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def create(cls, root: Path) -> Repository:
        root.mkdir(parents=True)
        plugins = PROJECT / "pants-plugins"
        (root / "pants.toml").write_text(_PANTS_TOML.format(plugins=plugins))
        (root / "BUILDROOT").touch()
        (root / ".gitignore").write_text("/dist/\n/.pants.d/\n/.pids/\n")
        return cls(root, dict(os.environ))

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def pants(
        self,
        *args: str,
        expect: int | None = 0,
        env: Mapping[str, str] | None = None,
        prefix: tuple[str, ...] = (),
    ) -> Run:
        """Runs Pants and checks its exit code (`expect=None` takes any)."""
        self.let_the_daemon_see()
        done = subprocess.run(
            [*prefix, *pants_command.command(), *args],
            check=False,
            cwd=self.root,
            env={**self.env, **pants_command.environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        run = Run(done.returncode, done.stdout, done.stdout + done.stderr)
        assert expect is None or run.returncode == expect, run.output
        assert "Traceback (most recent call last)" not in run.output, run.output
        return run

    def let_the_daemon_see(self) -> None:
        """Waits until the daemon knows of all that was written before: it hears of changes in
        their order, a moment later, and a run that comes first takes what was there."""
        if not self._signal(0):
            return
        mark = self.root / f"written-{time.monotonic_ns()}"
        mark.touch()
        deadline = time.monotonic() + 5
        logs = list(self.root.glob(".pants.d/**/pants.log"))
        # No change of this folder is noticed as long as no run has looked into it.
        while time.monotonic() < deadline and not any(_mentions(log, mark.name) for log in logs):
            time.sleep(0.01)
        mark.unlink()

    def _signal(self, number: int) -> bool:
        """Sends a signal to the daemon; whether there is one."""
        found = False
        for pid_file in self.root.glob(".pids/*/pantsd/pid"):
            with contextlib.suppress(ValueError, ProcessLookupError):
                os.kill(int(pid_file.read_text()), number)
                found = True
        return found

    def git(self, *args: str) -> None:
        """Runs git, as somebody whose own settings do not matter."""
        settings = ("user.name=test", "user.email=test@example.org", "commit.gpgsign=false")
        options = [part for setting in settings for part in ("-c", setting)]
        subprocess.run(["git", *options, *args], cwd=self.root, check=True, capture_output=True)

    def clear(self) -> None:
        """Makes the repository new, but for its daemon."""
        for path in self.root.iterdir():
            if path.name not in _KEPT:
                _remove(path)
        self.env = dict(os.environ)

    def mirror(self, source: Path) -> None:
        """Makes the files those of `source`. What is the same already is not written, for a daemon
        ends when its settings are."""
        _mirror(source, self.root, kept=_OF_THE_DAEMON)

    def stop(self) -> None:
        """Stops the repository's daemon."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Stops the daemon, and removes the repository."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _mirror(source: Path, target: Path, kept: Collection[str] = ()) -> None:
    target.mkdir(exist_ok=True)
    wanted = {path.name: path for path in source.iterdir()}
    for path in target.iterdir():
        there = wanted.get(path.name)
        if path.name not in kept and (there is None or there.is_dir() != path.is_dir()):
            _remove(path)
    for name, path in wanted.items():
        if path.is_dir():
            _mirror(path, target / name)
        elif not (target / name).exists() or (target / name).read_bytes() != path.read_bytes():
            shutil.copy2(path, target / name)


def _mentions(log: Path, name: str) -> bool:
    """Whether the end of the log has this name."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 100_000))
        return name.encode() in file.read()


def copy_project(target: Path) -> Path:
    """A copy of all that is, or is about to be, in this project's repository: a fresh clone."""
    # The clone may belong to another user than the one who runs the tests.
    git = ("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others")
    command = [*git, "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (PROJECT / name).is_file():  # Deleted files are listed until that is committed.
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, target / name)
    return target


PROVIDER = """\
apiVersion: meta.pkg.crossplane.io/v1
kind: Provider
metadata:
  name: {name}
spec:
  crossplane:
    version: ">=v1.14.0-0"
"""

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.example.org
spec:
  group: example.org
  names:
    kind: {kind}
    plural: {plural}
  scope: Cluster
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
"""


def write_provider(repository: Repository, folder: str, name: str) -> None:
    """A small provider package with its BUILD file."""
    repository.write(f"{folder}/crossplane.yaml", PROVIDER.format(name=name))
    repository.write(f"{folder}/crds/things.yaml", CRD.format(kind="Thing", plural="things"))
    repository.write(f"{folder}/BUILD", "xpkg_package()\n")
