"""The lock files that a command names."""

from __future__ import annotations

import os
from collections.abc import Sequence

from xpkg_tool.cli.failure import Failure, os_failure
from xpkg_tool.cli.output import write_error
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import FILE_NAME, read_lock
from xpkg_tool.dependencies.lock.model import LockedPackage
from xpkg_tool.diagnostics.finding import Finding
from xpkg_tool.files.regular import read_regular


def locked_packages(named: Sequence[str] | None) -> list[LockedPackage]:
    """The packages of the lock files, each once, sorted by source and digest; without a name, of
    the one in the current folder, which is said. Raises Failure, and LockError with all that is
    wrong in a file."""
    if not named and not os.path.exists(FILE_NAME):
        raise Failure(
            f"There is no {FILE_NAME} in the current folder.",
            "Name a lock file with --lock FILE, or run the command where one is.",
        )
    if not named:
        write_error(f"Using {FILE_NAME} in the current folder.\n")
    found: dict[tuple[str, str], LockedPackage] = {}
    findings: list[Finding] = []
    for path in named or [FILE_NAME]:
        try:
            lock = read_lock(read_regular(path), path)
        except OSError as error:
            raise os_failure("The lock cannot be read", path, error) from None
        except LockError as error:
            findings += error.findings
            continue
        for package in lock.packages:
            found.setdefault((package.source, package.digest), package)
    if findings:
        raise LockError(findings)
    return [found[key] for key in sorted(found)]
