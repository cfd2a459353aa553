"""Walks a package's folder to find the files to read, for the command line.

It finds the same files as Pants' default globs: those ending in .yaml or .yml, except in hidden and
linked folders. What upstream's walk drops silently (linked folders, dangling links, `.YAML`) or
fails on (a FIFO) is a finding here: an error if an object would be missing from the package, and a
warning in the examples, which are not installed.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import Iterator, Mapping, Sequence

from xpkg_tool.diagnostics.finding import ERROR, WARNING, Finding
from xpkg_tool.diagnostics.rule import Rule
from xpkg_tool.discovery.left_out import (
    dangling_link,
    ending_case,
    file_name,
    hidden_folder,
    linked_folder,
    not_a_file,
    outside_link,
)
from xpkg_tool.files.globs import matches_any
from xpkg_tool.files.regular import kind_of, read_regular
from xpkg_tool.lint.analysis import YAML_ENDINGS, holds_object
from xpkg_tool.package.content import walk_key

UNREADABLE_FILE = Rule("XP017", "unreadable-file", "A file or folder cannot be read.", fatal=True)

# How many files and folders behind a link are examined.
_MOST_ENTRIES = 20_000


@dataclass(frozen=True)
class Walk:
    """The files of a folder, contents by path in the order of upstream's walk (by path components,
    as bytes), and findings about the folder. Paths begin with the folder as it was named."""

    files: Mapping[str, bytes]
    findings: tuple[Finding, ...]


def walk(
    directory: str,
    *,
    ignore: Sequence[str] = (),
    within: str = "",
    without: str = "",
    loss: str = ERROR,
) -> Walk:
    """Walks `directory`.

    `ignore` are patterns (globs.py) on paths relative to it. Links to files outside of it and of
    `within` are followed, with a warning. The folder `without` (the examples) is left out. `loss`
    is the severity of what would be missing from the package. Raises BadPattern, and OSError if the
    folder itself cannot be listed.
    """
    # File names are bytes; decoding them must not depend on the locale.
    state = _State(
        directory, tuple(map(_text, ignore)), _real(directory, within), _identity(without), loss
    )
    os.listdir(directory)
    folders = [""]
    while folders:
        folders += state.visit(folders.pop())
    files = sorted(state.files.items(), key=lambda item: walk_key(item[0]))
    return Walk(dict(files), tuple(state.findings))


def _real(*paths: str) -> tuple[bytes, ...]:
    return tuple(os.path.realpath(os.fsencode(path)) for path in paths if path)


def _identity(path: str) -> tuple[int, int] | None:
    """What a folder is known by, whatever it is called; None where there is none."""
    try:
        status = os.stat(os.fsencode(path)) if path else None
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)


def shown_path(directory: str, relative: str) -> str:
    """The path of a file for findings: relative to the folder as it was named, without `.`."""
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
    left_out: tuple[int, int] | None
    loss: str
    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def visit(self, folder: str) -> list[str]:
        """Reads the files of a folder and returns its subfolders."""
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
                self._hidden(relative, entry)
            elif entry.is_dir(follow_symlinks=False):
                if not self._is_left_out(entry.stat(follow_symlinks=False)):
                    below.append(relative)
            elif not matches_any(self.ignore, relative):
                self._entry(relative, entry.is_symlink())
        return below

    def _shown(self, relative: str) -> str:
        return shown_path(self.directory, relative)

    def _full(self, relative: str) -> bytes:
        return os.path.join(os.fsencode(self.directory), _bytes(relative))

    def _is_left_out(self, status: os.stat_result) -> bool:
        return (status.st_dev, status.st_ino) == self.left_out

    def _hidden(self, relative: str, entry: os.DirEntry[bytes]) -> None:
        """Leaves a hidden folder out, and reports it if it contains an object."""
        if entry.name == b".git" or not entry.is_dir(follow_symlinks=False):
            return
        below = self._below(relative)
        found = next((path for path in below if _reads_object(self._full(path))), None)
        if found is not None:
            self.findings.append(hidden_folder(self._shown(relative), self._shown(found)))

    def _below(self, folder: str) -> Iterator[str]:
        """The paths of the YAML files below a folder that are not ignored, including links to
        files. Skips what cannot be listed, and stops after _MOST_ENTRIES."""
        folders, seen = [folder], 0
        while folders and seen < _MOST_ENTRIES:
            current = folders.pop()
            try:
                with os.scandir(self._full(current)) as found:
                    entries = sorted(found, key=lambda entry: entry.name, reverse=True)
            except OSError:
                continue
            seen += len(entries)
            for entry in entries:
                relative = f"{current}/{_text(entry.name)}"
                if entry.is_dir(follow_symlinks=False):
                    folders.append(relative)
                elif relative.endswith(YAML_ENDINGS) and not matches_any(self.ignore, relative):
                    yield relative

    def _linked_folder(self, relative: str, full: bytes) -> None:
        """Reports a linked folder, which upstream's walk skips, unless its target is in the package
        anyway or contains no YAML."""
        if self._is_inside(full):
            return
        found = [
            file for path in self._below(relative) if not self._is_inside(file := self._full(path))
        ]
        if found:
            lost = any(map(_reads_object, found))
            severity = self.loss if lost else WARNING
            self.findings.append(linked_folder(self._shown(relative), severity))

    def _entry(self, relative: str, linked: bool) -> None:
        full = self._full(relative)
        try:
            status = os.stat(full)
        except OSError as error:
            if linked and not relative.lower().endswith(YAML_ENDINGS):
                return
            if linked:
                target = _text(os.readlink(full))
                path, reason = self._shown(relative), _reason(error)
                self.findings.append(dangling_link(path, target, reason, self.loss))
            elif relative.lower().endswith(YAML_ENDINGS):
                self._unreadable(relative, "file", error)
            return
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            if not self._is_left_out(status):
                self._linked_folder(relative, full)
        elif relative.endswith(YAML_ENDINGS):
            self._yaml(relative, full, mode, linked)
        elif relative.lower().endswith(YAML_ENDINGS):
            severity = self.loss if _reads_object(full) else WARNING
            self.findings.append(ending_case(self._shown(relative), severity))

    def _yaml(self, relative: str, full: bytes, mode: int, linked: bool) -> None:
        if not stat.S_ISREG(mode):
            self.findings.append(not_a_file(self._shown(relative), kind_of(mode)))
        elif not _is_utf8(relative):
            self.findings.append(file_name(self._shown(relative), self.loss))
        else:
            if linked and not self._is_inside(full):
                self.findings.append(outside_link(self._shown(relative), _text(os.readlink(full))))
            try:
                self.files[shown_path(self.directory, relative)] = read_regular(full)
            except OSError as error:
                self._unreadable(relative, "file", error)

    def _is_inside(self, full: bytes) -> bool:
        """Whether the target of a path is in the package's folder."""
        real = os.path.realpath(full)
        return any(real == root or real.startswith(root.rstrip(b"/") + b"/") for root in self.roots)

    def _unreadable(self, relative: str, noun: str, error: OSError) -> None:
        self.findings.append(
            UNREADABLE_FILE.finding(
                f"The {noun} cannot be read: {_reason(error)}.",
                f"Make the {noun} readable, or leave the path out with a pattern.",
                self._shown(relative),
            )
        )


def _is_something_else_than_a_folder(entry: os.DirEntry[bytes]) -> bool:
    """False also for a dangling link: it may have pointed to a folder."""
    try:
        return not stat.S_ISDIR(entry.stat().st_mode)
    except OSError:
        return False


def _reads_object(full: bytes) -> bool:
    """Whether the file can be read and contains a Kubernetes object."""
    try:
        return holds_object("", read_regular(full))
    except OSError:
        return False


def _is_utf8(path: str) -> bool:
    return _bytes(path) == path.encode("utf-8", "replace")


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
