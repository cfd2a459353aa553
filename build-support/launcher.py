"""The second half of ./pants: sets up Pants once, then executes it.

Usage: launcher.py STATE [ARGUMENT OF PANTS ...], run by CPython 3.9 with -I -S. STATE is the folder
for what is set up:

    STATE/python        the interpreter that ./pants uses next time, and the override that named it
    STATE/<key>.lock    held (flock) while <key> is being set up
    STATE/<key>/venv    a virtual environment of what requirements/pants.txt locks
    STATE/<key>/pex     the pex command line that Pants runs, built from the locked pex
    STATE/<key>/ready   hash and length of pex; written last: without it, <key> is made again

<key> is a hash of this launcher, the lock and the interpreter, so a change of any of them sets up
anew, and what was there before keeps working for other clones. A virtual environment cannot be
moved, so it is made in its final place.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LOCK_FILE = ROOT / "requirements" / "pants.txt"

# Settings of pip that make it install elsewhere than told, or something else. All others are the
# user's to set (mirrors, proxies, certificates), by environment or configuration file.
PIP_MISLEADING = (
    "CONSTRAINT",
    "DRY_RUN",
    "NO_DEPS",
    "PREFIX",
    "REQUIREMENT",
    "ROOT",
    "TARGET",
    "USER",
)


class SetupError(Exception):
    """What could not be set up, and the remedy, as a sentence."""


def main(state: Path, arguments: Sequence[str]) -> NoReturn:
    """Set up what is missing, then become Pants."""
    home = state / state_key()
    ready = read_ready(home)
    if ready is None:
        ready = set_up(home)
    remember_interpreter(state)
    environment = pants_environment(os.environ, home / "pex", *ready)
    # Pants looks for its files from the working folder upwards. Where there are none, the caller
    # can only mean this repository.
    here = Path.cwd()
    if not any((folder / "pants.toml").is_file() for folder in (here, *here.parents)):
        os.chdir(ROOT)
    python = str(home / "venv" / "bin" / "python")
    sys.stdout.flush()
    os.execve(python, [python, str(home / "venv" / "bin" / "pants"), *arguments], environment)


def state_key() -> str:
    """The hash of everything that what is set up depends on."""
    digest = hashlib.sha256()
    interpreter = f"{sys.executable}\n{sys.version}\n{platform_name()}".encode()
    for content in (
        (ROOT / "pants").read_bytes(),
        Path(__file__).read_bytes(),
        LOCK_FILE.read_bytes(),
        interpreter,
    ):
        digest.update(b"%d\n" % len(content))
        digest.update(content)
    return digest.hexdigest()[:16]


def platform_name() -> str:
    """This machine in Pants' terms, such as linux_x86_64.

    Raises SetupError: on a machine that Pants does not run on.
    """
    # os.uname, since importing the module platform takes longer than all the rest of a start.
    system = {"Linux": "linux", "Darwin": "macos"}.get(os.uname().sysname)
    machine = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(
        os.uname().machine
    )
    if system is None or machine is None:
        raise SetupError(
            f"Pants runs on Linux and macOS with x86_64 or arm64 processors, and this is "
            f"{os.uname().sysname} on {os.uname().machine}; use such a machine or a container."
        )
    return f"{system}_{machine}"


def read_ready(home: Path) -> tuple[str, int] | None:
    """The hash and length of the pex command line of a finished set-up; None when there is none."""
    try:
        sha256, length = (home / "ready").read_text(encoding="ascii").split()
        whole = os.stat(home / "pex").st_size == int(length)
        os.stat(home / "venv" / "bin" / "python")
    except (OSError, ValueError):
        return None
    return (sha256, int(length)) if whole else None


def pants_environment(
    caller: Mapping[str, str], pex: Path, pex_sha256: str, pex_length: int
) -> dict[str, str]:
    """The caller's environment, with what Pants needs wherever the caller said nothing about it."""
    environment = dict(caller)
    # These belong to another interpreter; the virtual environment's would stumble over them.
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        environment.pop(name, None)
    # Its notice about the launcher of the Pants project, at every start.
    environment.setdefault("NO_SCIE_WARNING", "1")
    environment.setdefault(
        "PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH", repr([os.path.dirname(sys.executable)])
    )
    if not {"PANTS_PEX_CLI_URL_TEMPLATE", "PANTS_PEX_CLI_KNOWN_VERSIONS"} & caller.keys():
        known = f"v{locked_version('pex')}|{platform_name()}|{pex_sha256}|{pex_length}"
        # As a URI: a space or a brace in the path is escaped, and the option is a template.
        environment["PANTS_PEX_CLI_URL_TEMPLATE"] = pex.as_uri()
        environment["PANTS_PEX_CLI_KNOWN_VERSIONS"] = repr([known])
    # pants.toml passes no certificate variable on: a path of this machine would become part of what
    # is cached. Through this option certificates reach downloads and resolves, and nothing else.
    if "PANTS_CA_CERTS_PATH" not in caller:
        for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            if os.path.isfile(caller.get(name, "")):
                environment["PANTS_CA_CERTS_PATH"] = os.path.abspath(caller[name])
                break
    return environment


def remember_interpreter(state: Path) -> None:
    """Note for the next ./pants which interpreter to use without a search."""
    note = f"{os.environ.get('PANTS_XPKG_PYTHON', '')}\n{sys.executable}\n"
    path = state / "python"
    try:
        if path.read_text(encoding="utf-8") == note:
            return
    except OSError:
        pass
    replace(path, note)


def replace(path: Path, content: str) -> None:
    """Write the file whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(content, encoding="utf-8")
    os.replace(temporary, path)


def locked_lines(project: str) -> list[str]:
    """The lines of the lock that pin `project`, hashes included."""
    return list(_locked_lines(project, LOCK_FILE.read_text(encoding="utf-8").splitlines()))


def _locked_lines(project: str, lines: Sequence[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        inside = inside or line.startswith(f"{project}==")
        if inside:
            yield line
            if not line.endswith("\\"):
                return
    if not inside:
        raise SetupError(
            f"{LOCK_FILE} does not pin {project}; take the file as it is in the repository."
        )


def locked_version(project: str) -> str:
    """The version that the lock pins."""
    return locked_lines(project)[0].split("==")[1].split()[0]


def set_up(home: Path) -> tuple[str, int]:
    """Make the folder `home`, or wait for whoever is making it. Returns what read_ready returns."""
    # Imported here, since a start with nothing to do needs none of it.
    import fcntl
    import shutil

    home.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{home}.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is setting up Pants; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        ready = read_ready(home)
        if ready is not None:
            return ready
        if home.exists():
            shutil.rmtree(home)
        home.mkdir()
        steps = Steps(home, lock.fileno())
        say("setting up Pants, once (about half a minute)")
        steps.make_virtual_environment()
        steps.install_lock()
        steps.build_pex()
        content = (home / "pex").read_bytes()
        ready = (hashlib.sha256(content).hexdigest(), len(content))
        replace(home / "ready", f"{ready[0]} {ready[1]}\n")
        return ready


class Steps:
    """What set_up does in the folder `home` while it holds the lock."""

    def __init__(self, home: Path, lock: int) -> None:
        self._home = home
        # Every child holds the lock as well: when the launcher is killed, its pip may live on and
        # write, and the next start must wait for its end before it removes the folder.
        self._lock = lock
        self._python = home / "venv" / "bin" / "python"
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PEX_", "PYTHON"))
            and name not in {f"PIP_{setting}" for setting in PIP_MISLEADING}
        }
        # These contradict a configuration file, too.
        self._environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")

    def make_virtual_environment(self) -> None:
        """venv/, with the pip that the interpreter brings."""
        self._run(
            [sys.executable, "-I", "-m", "venv", self._home / "venv"],
            "could not make a virtual environment; see the words above, or name another "
            "interpreter with PANTS_XPKG_PYTHON",
        )

    def install_lock(self) -> None:
        """Everything that the lock pins, each file checked against its hashes."""
        self._pip("install", "--require-hashes", "--requirement", LOCK_FILE)

    def build_pex(self) -> None:
        """The file pex, the same bytes everywhere: its hash is in the keys of Pants' cache."""
        import shutil

        scratch = self._home / "scratch"
        scratch.mkdir()
        requirement = scratch / "requirement.txt"
        requirement.write_text(
            "\n".join(locked_lines("pex")).rstrip("\\ ") + "\n", encoding="utf-8"
        )
        self._pip(
            *("download", "--require-hashes", "--no-deps", "--only-binary", ":all:"),
            *("--dest", scratch, "--requirement", requirement),
        )
        (wheel,) = scratch.glob("pex-*.whl")
        self._run(
            [
                *(self._python, "-I", "-m", "pex", wheel, "--no-pypi", "--console-script", "pex"),
                *("--venv", "--no-strip-pex-env", "--output-file", self._home / "pex"),
                # Deflated bytes depend on the interpreter's zlib, the first line on its name.
                *("--no-compress", "--python-shebang", "/usr/bin/env python3"),
                *("--pex-root", scratch / "root", "--tmpdir", scratch),
            ],
            "could not build the pex command line from the locked pex; see the words above, then "
            "run ./pants again",
        )
        shutil.rmtree(scratch)

    def _pip(self, *arguments: str | Path) -> None:
        self._run(
            [self._python, "-I", "-m", "pip", "--quiet", *arguments],
            f"could not install what {LOCK_FILE.relative_to(ROOT)} locks; pip's words are above. "
            "Without a network, or behind a proxy or mirror, pip's own settings (PIP_INDEX_URL, "
            "PIP_PROXY, PIP_CERT) help. Then run ./pants again",
        )

    def _run(self, command: Sequence[str | Path], failure: str) -> None:
        import subprocess

        # Standard output belongs to Pants: someone may be reading a list of targets from it.
        # The umask decides permissions inside the pex file, so it is the same everywhere.
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
            raise SetupError(f"{failure}.")


def say(text: str) -> None:
    """Tell the user, beside the output of Pants."""
    print(f"pants: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except SetupError as error:
        say(str(error))
        sys.exit(1)
    except OSError as error:
        say(
            f"could not set up Pants below {sys.argv[1]}: {error.strerror}: {error.filename}; mend "
            "that, then run ./pants again."
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
