# Written by `python build-support/by_name.py`; do not edit.
"""Finds the Python interpreter that the tool runs on.

Pants finds one with a process that it runs again after each start, in each CI job: a second, for a
path that has not changed. So it is looked for by its usual name (`python3.9`) where Pants would
look, and asked what it is by a process whose result is kept as long as the file is the same.
Wherever that is not possible, or not certain, Pants' own way is taken.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from pants.backend.python.util_rules.interpreter_constraints import InterpreterConstraints
from pants.backend.python.util_rules.pex import PythonProvider
from pants.backend.python.util_rules.pex_environment import PythonExecutable
from pants.core.subsystems.python_bootstrap import PythonBootstrap
from pants.engine.process import FallibleProcessResult, Process
from pants.engine.rules import collect_rules, implicitly, rule
from pants.backend.python.util_rules.pex import find_interpreter
from pants.engine.intrinsics import execute_process
from pants.engine.unions import UnionMembership
from pants.option.global_options import GlobalOptions
from pants.util.logging import LogLevel

from xpkg.pants_versions import INTERPRETERS, MINORS
from xpkg.subsystem import XpkgSubsystem
from xpkg.tool.remote_cache import REMOTE_CACHE_DELAY_MILLIS

_DESCRIBE = """\
import hashlib, os, sys
python = os.path.realpath(sys.executable)
digest = hashlib.sha256(open(python, "rb").read()).hexdigest()
print(sys.implementation.name, *sys.version_info[:2], digest, python)
"""


@dataclass(frozen=True)
class Interpreter:
    """The interpreter of the tool."""

    python: PythonExecutable


@dataclass(frozen=True)
class Candidate:
    """A file that looks like CPython 3.<minor>. `identity` changes with the file."""

    path: str
    minor: int
    identity: str


@rule(desc="Find an interpreter for Crossplane packages", level=LogLevel.DEBUG)
async def find_interpreter(
    bootstrap: PythonBootstrap,
    environment: XpkgSubsystem.EnvironmentAware,
    options: GlobalOptions,
    unions: UnionMembership,
) -> Interpreter:
    target = environment.env_tgt.val
    here = target is None or target.alias == "local_environment"
    if here and not options.remote_execution and not unions.get(PythonProvider):
        candidate = first_candidate(bootstrap.interpreter_search_paths)
        if candidate is not None:
            process = Process(
                argv=(candidate.path, "-I", "-S", "-c", _DESCRIBE),
                # Another file is another process.
                env={"XPKG_INTERPRETER": candidate.identity},
                description=f"Asking {candidate.path} what it is",
                level=LogLevel.DEBUG,
                remote_cache_speculation_delay_millis=REMOTE_CACHE_DELAY_MILLIS,
            )
            result = await execute_process(**implicitly({process: Process}))
            python = described(result.stdout, candidate) if result.exit_code == 0 else None
            if python is not None:
                return Interpreter(python)
    constraints = InterpreterConstraints([INTERPRETERS])
    return Interpreter(await find_interpreter(**implicitly({constraints: InterpreterConstraints})))


def first_candidate(search_paths: Iterable[str]) -> Candidate | None:
    """The first file of the oldest version, as Pants would choose, in folders or among files; None
    where no interpreter has such a name."""
    paths = tuple(search_paths)
    return next(
        (candidate for minor in MINORS for candidate in _candidates(paths, minor)),
        None,
    )


def _candidates(paths: Iterable[str], minor: int) -> Iterator[Candidate]:
    name = f"python3.{minor}"
    for path in paths:
        file = path if os.path.basename(path) == name else os.path.join(path, name)
        candidate = _candidate(file, minor)
        if candidate is not None:
            yield candidate


def _candidate(file: str, minor: int) -> Candidate | None:
    try:
        path = os.path.realpath(file) if os.path.isabs(file) else ""
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or not os.access(path, os.X_OK):
            return None
        with open(path, "rb") as opened:
            # A script, such as those of version managers, may start anything.
            if opened.read(2) == b"#!":
                return None
    except OSError:
        return None
    return Candidate(path, minor, f"{status.st_size}-{status.st_mtime_ns}")


def described(answer: bytes, candidate: Candidate) -> PythonExecutable | None:
    """The interpreter, if it is what its name says."""
    words = answer.decode(errors="replace").rstrip("\n").split(" ", 4)
    if words[:3] != ["cpython", "3", str(candidate.minor)] or len(words) < 5:
        return None
    return PythonExecutable(words[4], words[3]) if os.path.isabs(words[4]) else None


def rules() -> Iterable[Any]:
    return collect_rules()
