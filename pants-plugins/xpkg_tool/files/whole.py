"""Writes files atomically: nobody ever sees a partial file, whenever the process is killed.

Content is written to a hidden file in the same folder and flushed to disk before it is renamed.
Files get the mode of the process's umask. The writer holds a lock on the hidden file; so the next
writer in the folder can distinguish the leftovers of a killed process, which it removes, from files
that another process is writing."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

_TEMPORARY = ".xpkg-"
# Matches only our own files: others use these folders, too.
_OURS = re.compile(r"\.xpkg-[0-9a-f]{16}")


def write_whole(files: Mapping[str, bytes | Iterable[bytes]], hidden_in: str | None = None) -> None:
    """Writes all the files (contents, whole or in parts, by path; they belong together, the first
    one first of all), or none where one cannot be written. They are written in the folder
    `hidden_in`, on the same file system, or each beside its place. Raises OSError, and what the
    contents raise.

    If the process is killed, a path may have its old content, none, or the new content, but files
    of different runs are never together: all but the first are moved away before the first is
    replaced, and the new ones are put in place afterwards. So if the last one exists, all are of
    the same run."""
    first, *others = files
    folders = list(dict.fromkeys(map(_folder_of, files)))
    with ExitStack() as stack:
        for path in files:
            if os.path.isdir(path):
                raise IsADirectoryError(None, "it is a folder", path)
        for folder in folders if hidden_in is None else [hidden_in]:
            sweep(folder)
        written = {
            path: stack.enter_context(_written(hidden_in or _folder_of(path), content))
            for path, content in files.items()
        }
        aside: dict[str, str] = {}
        try:
            for path in others:
                aside.update(_set_aside(path))
            os.replace(written[first], first)
        except BaseException:
            for path, name in aside.items():
                with suppress(OSError):
                    os.replace(name, path)
            raise
        for path in others:
            os.replace(written[path], path)
        for name in aside.values():
            with suppress(OSError):
                os.unlink(name)
        for folder in folders:
            _sync_folder(folder)


def _folder_of(path: str) -> str:
    return os.path.dirname(path) or os.curdir


def sweep(folder: str) -> None:
    """Removes the leftovers of killed processes in `folder`, but no file that is being written."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if _OURS.fullmatch(name):
                with suppress(OSError):
                    _remove_left(os.path.join(folder, name))


@contextmanager
def _written(folder: str, content: bytes | Iterable[bytes]) -> Iterator[str]:
    """A new file in `folder` with the content, flushed to disk; removed unless it was renamed."""
    descriptor, path = _create(folder)
    try:
        with open(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
            # While the file is open, nobody else can take its lock.
            yield path
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def _create(folder: str) -> tuple[int, str]:
    while True:
        path = _hidden(folder)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except FileExistsError:
            continue
        try:
            # On a file system without locks, nothing can be swept, either.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.exists(path):
                return descriptor, path
        except BaseException:
            os.close(descriptor)
            raise
        # Another process removed it just before it was locked.
        os.close(descriptor)


def _set_aside(path: str) -> dict[str, str]:
    """Renames the file at `path`, if there is one. Returns its new name, by the old one."""
    name = _hidden(_folder_of(path))
    try:
        os.rename(path, name)
    except FileNotFoundError:
        return {}
    return {path: name}


def _hidden(folder: str) -> str:
    return os.path.join(folder, f"{_TEMPORARY}{secrets.token_hex(8)}")


def _remove_left(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    """Makes a rename durable, if the file system supports it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
