"""The one-time setup of ./pants: creates a virtual environment and a pex command line.

A virtual environment cannot be moved, so it is made in its final place, under a lock, and the file
`ready` is written last. What a killed start left behind has no such file, and is made again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NoReturn

# Settings of pip that make it install to another place, or something else. All others are up to the
# user (mirrors, proxies, certificates), in the environment or a configuration file.
PIP_MISLEADING = ("CONSTRAINT", "DRY_RUN", "NO_DEPS", "PREFIX", "REQUIREMENT", "ROOT", "TARGET")

PLATFORMS = {
    ("Linux", "x86_64"): "linux_x86_64",
    ("Linux", "aarch64"): "linux_arm64",
    ("Darwin", "x86_64"): "macos_x86_64",
    ("Darwin", "arm64"): "macos_arm64",
}


@contextlib.contextmanager
def locked(home: str) -> Iterator[int]:
    """Hold the lock of the folder `home` and yield its file descriptor; waits for other holders."""
    Path(home).parent.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is setting up Pants; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def make(home: str, lock_file: str, lock: int) -> None:
    """Create the folder `home` from the locked requirements while `lock` is held.

    Exits the program with a message if that fails.
    """
    folder = Path(home)
    platform_name = PLATFORMS.get((platform.system(), platform.machine()))
    if platform_name is None:
        give_up(
            "Pants runs on Linux and macOS with x86_64 or arm64 processors, but this is "
            f"{platform.system()} on {platform.machine()}; use such a machine or a container."
        )
    say("setting up Pants, once; this takes half a minute.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    steps = Steps(folder, Path(lock_file), lock)
    steps.make_virtual_environment()
    steps.install_lock()
    steps.build_pex()
    pex = folder / "pex"
    content = pex.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    version = pinned("pex", steps.lock_text).split("==")[1].split()[0]
    # As a URI, in which spaces and braces are escaped: Pants treats it as a template.
    ready = f"{pex.as_uri()}\nv{version}|{platform_name}|{sha256}|{len(content)}\n"
    temporary = folder / "ready.new"
    temporary.write_text(ready, encoding="utf-8")
    temporary.replace(folder / "ready")


def pinned(project: str, lock_text: str) -> str:
    """The lines of the lock file that pin `project`, including hashes."""
    match = re.search(
        rf"^{re.escape(project)}==.*?(?<!\\)$", lock_text, flags=re.MULTILINE | re.DOTALL
    )
    if match is None:
        give_up(f"the lock file for Pants does not pin {project}; restore it from the repository.")
    return match.group() + "\n"


class Steps:
    """The steps that create the folder `home` from `lock_file`."""

    def __init__(self, home: Path, lock_file: Path, lock: int) -> None:
        self.lock_text = lock_file.read_text(encoding="utf-8")
        self._home = home
        self._lock_file = lock_file
        # Every child holds the lock as well: if the launcher is killed, its pip may continue to
        # write, and the next start must wait for it to end before it removes the folder.
        self._lock = lock
        self._python = home / "venv" / "bin" / "python"
        misleading = {f"PIP_{setting}" for setting in PIP_MISLEADING}
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PEX_", "PYTHON")) and name not in misleading
        }
        # These take precedence over a configuration file, too.
        self._environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")

    def make_virtual_environment(self) -> None:
        """Creates venv/, with the interpreter's bundled pip."""
        self._run(
            [sys.executable, "-I", "-m", "venv", self._home / "venv"],
            "could not create a virtual environment; see the output above, or name another "
            "interpreter with PANTS_XPKG_PYTHON.",
        )

    def install_lock(self) -> None:
        """Installs everything that the lock file pins, checking hashes."""
        self._pip("install", "--require-hashes", "--requirement", self._lock_file)

    def build_pex(self) -> None:
        """Builds the file pex, reproducibly: its hash is part of the keys of Pants' cache."""
        scratch = self._home / "scratch"
        scratch.mkdir()
        requirement = scratch / "requirement.txt"
        requirement.write_text(pinned("pex", self.lock_text), encoding="utf-8")
        self._pip(
            *("download", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--dest", scratch, "--requirement", requirement),
        )
        (wheel,) = scratch.glob("pex-*.whl")
        self._run(
            [
                *(self._python, "-I", "-m", "pex", wheel, "--no-pypi", "--console-script", "pex"),
                *("--venv", "--no-strip-pex-env", "--output-file", self._home / "pex"),
                # Compressed bytes depend on the interpreter's zlib, the first line on its name.
                *("--no-compress", "--python-shebang", "/usr/bin/env python3"),
                *("--pex-root", scratch / "root", "--tmpdir", scratch),
            ],
            "could not build the pex command line from the locked pex; see the output above, then "
            "run ./pants again.",
        )
        shutil.rmtree(scratch)

    def _pip(self, *arguments: str | Path) -> None:
        self._run(
            [self._python, "-I", "-m", "pip", "--quiet", *arguments],
            f"could not install the requirements in {self._lock_file}; see pip's output above. "
            "Without a network, or behind a proxy or mirror, use pip's own settings "
            "(PIP_INDEX_URL, PIP_PROXY, PIP_CERT). Then run ./pants again.",
        )

    def _run(self, command: Sequence[str | Path], failure: str) -> None:
        # Standard output is for Pants only: it may be a list of targets for another program.
        # The umask determines permissions inside the pex file, so set it to a fixed value.
        code = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=2,
            env=self._environment,
            pass_fds=(self._lock,),
            umask=0o022,
            check=False,
        ).returncode
        if code != 0:
            give_up(failure)


def say(text: str) -> None:
    """Print a message for the user, separate from the output of Pants."""
    print(f"pants: {text}", file=sys.stderr, flush=True)


def give_up(text: str) -> NoReturn:
    """Print what is wrong and exit."""
    say(text)
    sys.exit(1)
