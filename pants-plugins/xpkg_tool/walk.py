"""The tool's own walk over a package's folder, for the command line: which files are read.

It takes what Pants' default globs take: files ending in .yaml or .yml, those in hidden folders left
out. What upstream's walk loses in silence (linked folders, dangling links,
`.YAML`) or trips over (a FIFO) are findings here.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import Mapping, Sequence

from . import codes
from .analysis import YAML_ENDINGS
from .finding import Finding
from .globs import matches_any
from .package import walk_key

_LEFT_OUT = "or leave the path out with a pattern."


@dataclass(frozen=True)
class Walk:
    """The files of a folder, contents by path in the order of upstream's walk (part by part, as
    bytes), and what is wrong with the folder. Paths begin with the folder as it was named."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def walk(
    directory: str, *, ignore: Sequence[str] = (), within: str = "", without: str = ""
) -> Walk:
    """Walks `directory`.

    `ignore` are patterns (globs.py) on paths relative to it. Links may lead to files inside it, or
    inside `within`. The folder `without` is left out (the examples). Raises BadPattern, and OSError
    when the folder itself cannot be listed.
    """
    # Names are bytes to the system; what they say must not depend on the locale.
    state = _State(directory, tuple(map(_text, ignore)), _real(directory, within), _real(without))
    os.listdir(directory)
    folders = [""]
    while folders:
        folders += state.visit(folders.pop())
    files = sorted(state.files.items(), key=lambda item: walk_key(item[0]))
    return Walk(dict(files), tuple(state.findings))


def _real(*paths: str) -> tuple[bytes, ...]:
    return tuple(os.path.realpath(os.fsencode(path)) for path in paths if path)


def shown_path(directory: str, relative: str) -> str:
    """The path of a file for findings: below the folder as it was named, `.` left out."""
    base = _text(os.path.normpath(directory))
    return relative if base == "." else f"{base.rstrip('/')}/{relative}".rstrip("/")


def _text(path: str | bytes) -> str:
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


@dataclass
class _State:
    directory: str
    ignore: tuple[str, ...]
    roots: tuple[bytes, ...]
    left_out: tuple[bytes, ...]
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def visit(self, folder: str) -> list[str]:
        """Reads the files of a folder; the folders in it."""
        below: list[str] = []
        try:
            with os.scandir(self._full(folder)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._unreadable(folder, "folder", error)
            return below
        for entry in entries:
            relative = f"{folder}/{_text(entry.name)}" if folder else _text(entry.name)
            if entry.name.startswith(b".") and not _is_something_else_than_a_folder(entry):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not self._is_left_out(relative):
                    below.append(relative)
                    self._folder(relative)
            elif not matches_any(self.ignore, relative):
                self._entry(relative, entry.is_symlink())
        return below

    def _full(self, relative: str) -> bytes:
        return os.path.join(os.fsencode(self.directory), _bytes(relative))

    def _is_left_out(self, relative: str) -> bool:
        return os.path.realpath(self._full(relative)) in self.left_out

    def _folder(self, relative: str) -> None:
        if relative.endswith(YAML_ENDINGS) and not matches_any(self.ignore, relative):
            self._add(
                codes.NOT_A_FILE,
                relative,
                "What has the name of a YAML file is a folder.",
                f"Give the folder another name, {_LEFT_OUT}",
            )

    def _entry(self, relative: str, linked: bool) -> None:
        full = self._full(relative)
        try:
            mode = os.stat(full).st_mode
        except OSError as error:
            if linked:
                target = _text(os.readlink(full))
                self._add(
                    codes.DANGLING_LINK,
                    relative,
                    f"The link leads to {target!r}, which cannot be reached: {_reason(error)}.",
                    f"Restore what it leads to, remove the link, {_LEFT_OUT}",
                )
            elif relative.lower().endswith(YAML_ENDINGS):
                self._unreadable(relative, "file", error)
            return
        if stat.S_ISDIR(mode):
            if not self._is_left_out(relative):
                self._add(
                    codes.LINKED_FOLDER,
                    relative,
                    "The folder is a link, and linked folders are not read.",
                    f"Put the folder itself here, or links to its files, {_LEFT_OUT}",
                )
        elif relative.endswith(YAML_ENDINGS):
            self._yaml(relative, full, mode, linked)
        elif relative.lower().endswith(YAML_ENDINGS):
            self._add(
                codes.ENDING_CASE,
                relative,
                "The ending of the file's name is not in lower case, so that it is not read.",
                f"Give the name the ending .yaml or .yml, {_LEFT_OUT}",
            )

    def _yaml(self, relative: str, full: bytes, mode: int, linked: bool) -> None:
        if linked and not self._is_inside(os.path.realpath(full)):
            self._add(
                codes.OUTSIDE_LINK,
                relative,
                f"The link leads out of the package's folder, to {_text(os.readlink(full))!r}.",
                f"Put the file itself here, {_LEFT_OUT}",
            )
        elif not stat.S_ISREG(mode):
            self._add(
                codes.NOT_A_FILE,
                relative,
                f"What has the name of a YAML file is {_kind(mode)}.",
                f"Remove it, {_LEFT_OUT}",
            )
        elif not _is_utf8(relative):
            self._add(
                codes.FILE_NAME,
                relative,
                "The name of the file or of its folder is not UTF-8.",
                "Give it a name in UTF-8, best in ASCII.",
            )
        else:
            try:
                self.files[shown_path(self.directory, relative)] = _read(full)
            except OSError as error:
                self._unreadable(relative, "file", error)

    def _is_inside(self, real: bytes) -> bool:
        return any(real.startswith(root.rstrip(b"/") + b"/") for root in self.roots)

    def _unreadable(self, relative: str, noun: str, error: OSError) -> None:
        self._add(
            codes.UNREADABLE_FILE,
            relative,
            f"The {noun} cannot be read: {_reason(error)}.",
            f"Make the {noun} readable, {_LEFT_OUT}",
        )

    def _add(self, code: str, relative: str, message: str, remedy: str) -> None:
        path = shown_path(self.directory, relative)
        self.findings.append(Finding(code, message, remedy, path))


def _is_something_else_than_a_folder(entry: os.DirEntry[bytes]) -> bool:
    """False also for a link that leads nowhere: it may stand for a folder."""
    try:
        return not stat.S_ISDIR(entry.stat().st_mode)
    except OSError:
        return False


def _read(path: bytes) -> bytes:
    # What was a file a moment ago may be a FIFO now, which would be waited for without end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _kind(mode: int) -> str:
    kinds = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _is_utf8(path: str) -> bool:
    return _bytes(path) == path.encode("utf-8", "replace")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
