"""What is in a folder but not in the results of Pants' globs: links, hidden folders, odd names.

Pants reads the files of a linked folder, which upstream's build does not, and skips dangling links,
hidden folders and names that it cannot decode. The engine reports none of that, so the folder is
read here, anew in each run. Links that are absolute, lead out of the repository or form a loop stop
Pants itself.
"""

from __future__ import annotations

import functools
import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Iterable, Iterator

from pants.base.build_environment import get_buildroot
from pants.engine.rules import collect_rules, rule

from xpkg.tool.fresh import Fresh

_WILDCARDS = frozenset("*?[{")
_YAML_ENDINGS = (".yaml", ".yml")
_YAML_BYTES = tuple(ending.encode() for ending in _YAML_ENDINGS)
# An object has a line of each; other files in hidden folders seldom do.
_OBJECT = (re.compile(rb"^apiVersion:", re.MULTILINE), re.compile(rb"^kind:", re.MULTILINE))
# A hidden folder may be a cache of any size: only this many entries are looked at.
_MOST_ENTRIES = 1_000


@dataclass(frozen=True)
class FolderScanRequest:
    """Asks what is below the folders that `globs` begin with, for the package in `package`."""

    package: str
    globs: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A link at `path` to `target`. `inside`: it leads into the package's folder. `error` is why it
    cannot be followed, if so."""

    path: str
    target: str
    folder: bool
    inside: bool
    error: str = ""


@dataclass(frozen=True)
class FolderScan(Fresh):
    """Links; files whose names or folders are not UTF-8 (as `surrogateescape` has them); files with
    an extension such as `.YAML`; what is not a file, with what it is; hidden folders, each with a
    YAML file in it that looks like an object."""

    links: tuple[Link, ...] = ()
    not_utf8: tuple[str, ...] = ()
    other_case: tuple[str, ...] = ()
    not_files: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()


@rule
async def scan_folders(request: FolderScanRequest) -> FolderScan:
    return _scan(request)


def _scan(request: FolderScanRequest) -> FolderScan:
    # Names are bytes to the system; what they say must not depend on the locale.
    root = os.fsencode(get_buildroot())
    package = os.path.join(root, os.fsencode(request.package))
    links: set[Link] = set()
    not_utf8: set[str] = set()
    other_case: set[str] = set()
    not_files: set[tuple[str, str]] = set()
    hidden: set[tuple[str, str]] = set()

    def relative(path: bytes) -> str:
        return os.path.relpath(path, root).decode("utf-8", "surrogateescape")

    folders, named = _folders(request.globs)
    found = (
        entry
        for folder, depth in folders
        for entry in _entries(os.path.join(root, folder), depth)
        if not _is_ordinary(entry)
    )
    for entry in found:
        path = relative(entry.path)
        if path in named:
            continue
        if entry.is_symlink():
            links.add(_link(entry, path, package))
        elif entry.is_dir():
            file = _object_below(entry.path)
            if file is not None:
                hidden.add((path, relative(file)))
        elif not entry.is_file():
            not_files.add((path, _noun(entry)))
        elif not _is_utf8(path):
            not_utf8.add(path)
        elif path.lower().endswith(_YAML_ENDINGS) and not path.endswith(_YAML_ENDINGS):
            other_case.add(path)
    return FolderScan(
        tuple(sorted(links, key=lambda link: link.path)),
        tuple(sorted(not_utf8)),
        tuple(sorted(other_case)),
        tuple(sorted(not_files)),
        tuple(sorted(hidden)),
    )


def _is_ordinary(entry: os.DirEntry[bytes]) -> bool:
    """Whether there is nothing to say of it, as of nearly all files. It must be quick: it runs for
    each file of all packages in each run."""
    name = entry.name
    return (
        entry.is_file(follow_symlinks=False)
        and entry.path.isascii()
        and (name.endswith(_YAML_BYTES) or not name.lower().endswith(_YAML_BYTES))
    )


# Reading the globs took as long as reading the folders, and they are the same in each run.
@functools.lru_cache(maxsize=10_000)
def _folders(globs: tuple[str, ...]) -> tuple[tuple[tuple[bytes, int | None], ...], frozenset[str]]:
    """The folders that the globs begin with, and how deep below them they reach, None being to the
    end; and these folders with those above them: a link that a glob names is meant."""
    folders: dict[str, int | None] = {}
    for glob in globs:
        parts = glob.split("/")
        fixed = next((i for i, part in enumerate(parts) if _WILDCARDS & set(part)), len(parts) - 1)
        folder, rest = "/".join(parts[:fixed]), parts[fixed:]
        known = folders.get(folder, 0)
        endless = known is None or any("**" in part for part in rest)
        folders[folder] = None if endless else max(known or 0, len(rest) - 1)
    named = {"/".join(f.split("/")[:n]) for f in folders for n in range(1, f.count("/") + 2)}
    return tuple((os.fsencode(f), depth) for f, depth in folders.items()), frozenset(named)


def _entries(
    folder: bytes, depth: int | None, *, into_hidden: bool = False
) -> Iterator[os.DirEntry[bytes]]:
    """Everything below the folder but the folders that are entered: neither linked nor, unless
    `into_hidden`, hidden ones are."""
    pending = [(folder, 0)]
    while pending:
        current, level = pending.pop()
        try:
            with os.scandir(current) as found:
                for entry in found:
                    hidden = entry.name.startswith(b".") and not into_hidden
                    if not entry.is_dir(follow_symlinks=False) or hidden:
                        yield entry
                    elif depth is None or level < depth:
                        pending.append((entry.path, level + 1))
        # What Pants itself cannot read, Pants says.
        except OSError:
            continue


def _object_below(folder: bytes) -> bytes | None:
    """The path of a YAML file below the hidden folder that looks like an object."""
    if os.path.basename(folder) == b".git":
        return None
    for entry in islice(_entries(folder, None, into_hidden=True), _MOST_ENTRIES):
        if os.fsdecode(entry.name).endswith(_YAML_ENDINGS) and entry.is_file(follow_symlinks=False):
            try:
                data = Path(os.fsdecode(entry.path)).read_bytes()
            except OSError:
                continue
            if all(line.search(data) for line in _OBJECT):
                return entry.path
    return None


def _link(entry: os.DirEntry[bytes], path: str, package: bytes) -> Link:
    target = os.readlink(entry.path).decode("utf-8", "surrogateescape")
    real, folder = os.path.realpath(entry.path), os.path.realpath(package)
    inside = real == folder or real.startswith(folder + b"/")
    try:
        os.stat(entry.path)
    except OSError as error:
        return Link(path, target, False, inside, error.strerror or type(error).__name__)
    return Link(path, target, entry.is_dir(), inside)


def _noun(entry: os.DirEntry[bytes]) -> str:
    mode = entry.stat(follow_symlinks=False).st_mode
    return "a FIFO" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def _is_utf8(path: str) -> bool:
    return path.encode("utf-8", "replace") == path.encode("utf-8", "surrogateescape")


def rules() -> Iterable[Any]:
    return collect_rules()
