"""The second part of ./pants: executes Pants, after launcher_setup.py has set it up once.

Usage: launcher.py STATE [ARGUMENT OF PANTS ...], run by CPython 3.9 with -I -S. STATE is the folder
for what is set up:

    STATE/python        the interpreter that ./pants uses next time, and the override that named it
    STATE/<key>.lock    held (flock) while <key> is being set up
    STATE/<key>/venv    a virtual environment of what requirements/pants.txt locks
    STATE/<key>/pex     the pex command line that Pants runs, built from the locked pex
    STATE/<key>/ready   what Pants has to know of pex; written last: without it, <key> is made again

<key> is a hash of the launcher, the lock and the interpreter, so a change of any of them sets up
anew, and what was there before keeps working for other clones.

Every start of Pants waits for this file, so it imports little (hashlib, pathlib and typing alone
take longer than all the rest) and starts no process.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from hashlib import sha256
    from typing import NoReturn
else:
    # As in hashlib, but without OpenSSL, which takes long to load.
    from _sha256 import sha256

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
LOCK_FILE = os.path.join(ROOT, "requirements", "pants.txt")


def main(state: str, arguments: Sequence[str]) -> NoReturn:
    """Set up what is missing, then execute Pants."""
    home = os.path.join(state, state_key())
    pex = read_ready(home)
    if pex is None:
        pex = set_up(home)
    remember_interpreter(state)
    # Pants looks for its files from the working folder upwards. If there are none, the caller must
    # mean this repository.
    if not inside_build_root(os.getcwd()):
        os.chdir(ROOT)
    python = os.path.join(home, "venv", "bin", "python")
    environment = pants_environment(os.environ, pex)
    os.execve(python, [python, os.path.join(home, "venv", "bin", "pants"), *arguments], environment)


def state_key() -> str:
    """A hash of everything that the setup depends on."""
    machine = os.uname()
    parts = [f"{sys.executable}\n{sys.version}\n{machine.sysname} {machine.machine}".encode()]
    for path in (
        os.path.join(ROOT, "pants"),
        os.path.join(HERE, "launcher.py"),
        os.path.join(HERE, "launcher_setup.py"),
        LOCK_FILE,
    ):
        with open(path, "rb") as file:
            parts.append(file.read())
    digest = sha256()
    for part in parts:
        digest.update(b"%d\n" % len(part))
        digest.update(part)
    return digest.hexdigest()[:16]


def read_ready(home: str) -> dict[str, str] | None:
    """The variables that tell Pants about the pex command line; None if `home` is not complete."""
    try:
        with open(os.path.join(home, "ready"), encoding="utf-8") as file:
            template, known_version = file.read().splitlines()
        length = int(known_version.rpartition("|")[2])
        whole = os.stat(os.path.join(home, "pex")).st_size == length
        os.stat(os.path.join(home, "venv", "bin", "python"))
    except (OSError, ValueError):
        return None
    if not whole:
        return None
    return {
        "PANTS_PEX_CLI_URL_TEMPLATE": template,
        "PANTS_PEX_CLI_KNOWN_VERSIONS": repr([known_version]),
    }


def set_up(home: str) -> dict[str, str]:
    """Create the folder `home`, or wait for the process that is creating it."""
    # Imported here, because a start with nothing to do does not need it. -I keeps this file's
    # folder off the path.
    sys.path.insert(0, HERE)
    sys.dont_write_bytecode = True
    import launcher_setup

    with launcher_setup.locked(home) as lock:
        ready = read_ready(home)
        if ready is None:
            launcher_setup.make(home, LOCK_FILE, lock)
            ready = read_ready(home)
    if ready is None:
        sys.exit(f"pants: {home} was removed right after it was set up; run ./pants again.")
    return ready


def remember_interpreter(state: str) -> None:
    """Note for the next ./pants which interpreter to use without a search."""
    note = f"{os.environ.get('PANTS_XPKG_PYTHON', '')}\n{sys.executable}\n"
    path = os.path.join(state, "python")
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == note:
                return
    except OSError:
        pass
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(note)
    os.replace(temporary, path)


def inside_build_root(folder: str) -> bool:
    """Whether the folder or one above it is the root of a Pants repository."""
    while not os.path.isfile(os.path.join(folder, "pants.toml")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True


def pants_environment(caller: Mapping[str, str], pex: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, with defaults for what Pants needs."""
    environment = dict(caller)
    # These are for another interpreter, and would break that of the virtual environment.
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        environment.pop(name, None)
    # Suppresses its notice about the launcher of the Pants project at every start.
    environment.setdefault("NO_SCIE_WARNING", "1")
    search_path = repr([os.path.dirname(sys.executable)])
    environment.setdefault("PANTS_PYTHON_BOOTSTRAP_SEARCH_PATH", search_path)
    # One without the other would be a file with a wrong hash.
    if not pex.keys() & caller.keys():
        environment.update(pex)
    # pants.toml passes no certificate variables: a path of this machine would become part of what
    # is cached. With this option, certificates reach only downloads and resolves.
    if "PANTS_CA_CERTS_PATH" not in caller:
        for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            if os.path.isfile(caller.get(name, "")):
                environment["PANTS_CA_CERTS_PATH"] = os.path.abspath(caller[name])
                break
    return environment


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2:])
    except OSError as error:
        where = error.filename or sys.argv[1]
        sys.exit(f"pants: {where}: {error.strerror}; fix that, then run ./pants again.")
    except KeyboardInterrupt:
        sys.exit(130)
