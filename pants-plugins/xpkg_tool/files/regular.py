"""Reads files, and nothing that only looks like one: a FIFO would be waited for, for ever."""

from __future__ import annotations

import os
import stat

_KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}


def read_regular(path: str | bytes) -> bytes:
    """The content of the file, or of the one that a link leads to. Raises OSError, also where it is
    none."""
    _refuse(path, os.stat(path).st_mode)
    # Whatever was put in its place meanwhile is not waited for, either.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        _refuse(path, os.fstat(file.fileno()).st_mode)
        return file.read()


def kind_of(mode: int) -> str:
    """What something that is no file is, by its mode."""
    return _KINDS.get(stat.S_IFMT(mode), "a device")


def _refuse(path: str | bytes, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(None, f"it is {kind_of(mode)}, not a file", path)
