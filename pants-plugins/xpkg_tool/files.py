"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import Mapping


def write_whole(files: Mapping[str, bytes]) -> None:
    """Writes all the files (contents by path), or none: each is written beside its place under a
    hidden name and flushed to the disk; then all are renamed, in their order. Raises OSError.

    Of a process that is killed, files with names `.xpkg-…` may stay behind; what lay at the paths
    before stays whole.
    """
    written: dict[str, str] = {}
    try:
        for path, data in files.items():
            written[path] = _write_beside(path, data)
        for path, temporary in written.items():
            os.replace(temporary, path)
            _sync_folder(path)
    finally:
        for temporary in written.values():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)


def _write_beside(path: str, data: bytes) -> str:
    descriptor, temporary = tempfile.mkstemp(prefix=".xpkg-", dir=os.path.dirname(path) or ".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            # mkstemp's files are the owner's alone; a package is a file like others.
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _sync_folder(path: str) -> None:
    """Makes a rename last. Some file systems cannot; then there is nothing to be done."""
    with contextlib.suppress(OSError):
        descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
