"""`xpkg cache ACTION`: what is in the cache of fetched packages, and what goes into it and out."""

from __future__ import annotations

import json
import os
import re
from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xpkg_tool import VERSION
from xpkg_tool.cli.failure import FAILED, FOUND, OK, Failure, os_failure
from xpkg_tool.cli.locked import locked_packages
from xpkg_tool.cli.output import write_error, write_output
from xpkg_tool.dependencies.cache.file_cache import DEFAULT_MAX_BYTES, Entry, FileCache
from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.metas import find_meta
from xpkg_tool.diagnostics.errors import PublishError
from xpkg_tool.oci.image_error import ImageError
from xpkg_tool.package.quick_scan import quick_label

# Raised when a field changes its meaning or is removed; new fields do not change it.
_FORM = 1

_SIZE = re.compile(r"([0-9]{1,15})(KiB|MiB|GiB)?")
_UNITS = {None: 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
# Of package.yaml, whose first document is the meta object.
_HEAD_BYTES = 64 * 1024


def run(arguments: Namespace) -> int:
    try:
        folder = cache_folder(arguments.cache_dir, os.environ)
    except NoFolder as error:
        raise Failure(str(error), error.remedy) from None
    size = arguments.max_size
    cache = FileCache(
        folder,
        DEFAULT_MAX_BYTES if size is None else _bytes(size),
        warn=lambda text: write_error(f"warning: {text}\n"),
    )
    try:
        return _run(cache, arguments)
    except (LockError, PublishError) as error:
        write_error(f"{error}\n")
        return FAILED
    except OSError as error:
        raise os_failure("The cache cannot be used", error.filename or folder, error) from None


def _run(cache: FileCache, arguments: Namespace) -> int:
    """Raises LockError, PublishError, Failure and, for the cache's folder, OSError."""
    if arguments.action == "list":
        return _list(cache, arguments.format)
    if arguments.action == "verify":
        return _verify(cache)
    if arguments.action == "prune":
        return _prune(cache, arguments)
    # What needs no registry need not load what they need.
    from xpkg_tool.cli import cache_fetch

    if arguments.action == "fetch":
        return cache_fetch.fetch(cache, arguments)
    return cache_fetch.export(cache, arguments)


@dataclass(frozen=True)
class _Read:
    """An entry, and the package in it; None where it is damaged."""

    entry: Entry
    package: FetchedPackage | None

    @property
    def label(self) -> str:
        """Kind and name of the package, as far as its first document shows them."""
        if self.package is None:
            return ""
        head = self.package.stream[:_HEAD_BYTES].decode("utf-8", "replace")
        first = re.split(r"(?m)^---", head.removeprefix("---"))[0]
        meta = find_meta([("package.yaml", first.encode("utf-8"))])
        # Of one that is longer than the head, only the lines can be read.
        return quick_label(first) if meta is None else meta.label


def _all_read(cache: FileCache) -> Iterator[_Read]:
    """All entries, but those that another process removes meanwhile: that is no damage."""
    for entry in cache.entries():
        try:
            package = cache.peek(entry.digest)
        except ImageError:
            yield _Read(entry, None)
            continue
        if package is not None:
            yield _Read(entry, package)


def _list(cache: FileCache, format: str) -> int:
    if format == "json":
        packages = [
            {
                "digest": read.entry.digest,
                "size": read.entry.size,
                "label": read.label or None,
                "damaged": read.package is None,
            }
            for read in _all_read(cache)
        ]
        document = {"form": _FORM, "toolVersion": VERSION, "packages": packages}
        write_output(json.dumps(document, indent=2) + "\n")
        return OK
    for read in _all_read(cache):
        label = "(damaged)" if read.package is None else read.label
        write_output(f"{read.entry.digest}  {read.entry.size:>11,}  {label}".rstrip() + "\n")
    write_output(f"{_summary(cache.entries())} in {cache.folder}\n")
    return OK


def _verify(cache: FileCache) -> int:
    damaged = [read.entry for read in _all_read(cache) if read.package is None]
    for entry in damaged:
        cache.remove(entry)
        write_output(f"Removed {entry.digest}, which was damaged\n")
    write_output(f"Verified {_summary(cache.entries())} in {cache.folder}\n")
    return FOUND if damaged else OK


def _prune(cache: FileCache, arguments: Namespace) -> int:
    removed: list[Entry] = []
    # Only with nothing but a size, no lock matters.
    if arguments.locks or arguments.max_size is None:
        digests = {package.digest for package in locked_packages(arguments.locks)}
        removed += cache.keep_only(digests)
    if arguments.max_size is not None:
        removed += cache.trim(_bytes(arguments.max_size))
    for entry in removed:
        write_output(f"Removed {entry.digest}\n")
    write_output(f"Removed {_summary(removed)}; {_summary(cache.entries())} left\n")
    return OK


def _summary(entries: Iterable[Entry]) -> str:
    sizes = [entry.size for entry in entries]
    noun = "package" if len(sizes) == 1 else "packages"
    return f"{len(sizes)} {noun} ({sum(sizes):,} bytes)"


def _bytes(size: str) -> int:
    parts = _SIZE.fullmatch(size)
    if parts is None:
        raise Failure(
            f"{size!r} is not a size.", "Write a number of bytes, or one with KiB, MiB or GiB."
        )
    return int(parts[1]) * _UNITS[parts[2]]
