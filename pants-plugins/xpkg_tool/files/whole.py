"""Writing files so that nobody ever sees half of one, whenever the process is killed.

Content is written beside its place, under a hidden name, and flushed to the disk before it is
renamed. Files have the mode that any program's have, by the process's umask. The writer holds a
lock on the hidden file, by which the next one in the folder tells what a killed process left, and
removes, from what another process is writing."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

_TEMPORARY = ".xpkg-"
# Nobody else's file is called so: folders to write into are other people's, too.
_OURS = re.compile(r"\.xpkg-[0-9a-f]{16}")


def write_whole(files: Mapping[str, bytes | Iterable[bytes]], hidden_in: str | None = None) -> None:
    """Writes all the files (contents, whole or in parts, by path; they belong together, the first
    one first of all), or none where one cannot be written. They are written in the folder
    `hidden_in`, on the same file system, or each beside its place. Raises OSError, and what the
    contents raise.

    Of a process that is killed, what lay at a path before, or nothing, or the new content may be
    there, but never a file beside one of another time: all but the first are taken away before the
    first is replaced, and come back afterwards. So where the last one lies, all are of its time."""
    first, *others = files
    folders = list(dict.fromkeys(map(_folder_of, files)))
    with ExitStack() as stack:
        for path in files:
            if os.path.isdir(path):
                raise IsADirectoryError(None, "it is a folder", path)
        for folder in folders if hidden_in is None else [hidden_in]:
            _sweep(folder)
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


def _sweep(folder: str) -> None:
    """Removes what killed processes left in `folder`, and nothing that somebody is writing."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if _OURS.fullmatch(name):
                with suppress(OSError):
                    _remove_left(os.path.join(folder, name))


@contextmanager
def _written(folder: str, content: bytes | Iterable[bytes]) -> Iterator[str]:
    """A new file in `folder` with the content, on disk; it is removed unless it was renamed."""
    descriptor, path = _create(folder)
    try:
        with open(descriptor, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
            # While the file is open nobody else can have its lock.
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
            # A file system without locks has no sweeping either.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.exists(path):
                return descriptor, path
        except BaseException:
            os.close(descriptor)
            raise
        # Somebody swept it in the moment before it was locked.
        os.close(descriptor)


def _set_aside(path: str) -> dict[str, str]:
    """Renames what lies at `path`, if anything does: its new name, by the old one."""
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
    """Makes a rename last. Some file systems cannot; then there is nothing to be done."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
