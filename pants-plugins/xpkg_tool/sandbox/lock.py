"""The command by which the Pants backend locks external packages."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder
from xpkg_tool.dependencies.fetch.backend import NopCache
from xpkg_tool.dependencies.fetch.protocols import PackageCache
from xpkg_tool.dependencies.lock.changes import changes
from xpkg_tool.dependencies.lock.errors import LockError
from xpkg_tool.dependencies.lock.file import LOCK_FILE, read_lock, write_lock
from xpkg_tool.dependencies.lock.model import Lock
from xpkg_tool.dependencies.lock.registries import connect_catalog
from xpkg_tool.dependencies.lock.resolve import EVERYTHING, Wanted, resolve
from xpkg_tool.diagnostics.errors import internal_error
from xpkg_tool.messages.files import LOCK
from xpkg_tool.messages.lock import LockAnswer, LockRequest
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import settings_by_registry
from xpkg_tool.sandbox.lock_entries import entries_of_packages, malformed_in


def lock_packages(request: LockRequest, output: Path) -> LockAnswer:
    """Locks what the packages depend on. What prevents it is in the answer."""
    try:
        path = Path(request.lock)
        if path.is_dir():
            why = "The lock cannot be read: it is a folder."
            raise LockError((LOCK_FILE.finding(why, "Remove the folder.", request.lock),))
        old = read_lock(path.read_bytes(), request.lock) if path.exists() else Lock()
        entries = entries_of_packages(request.packages)
        malformed = tuple(malformed_in(request.packages))
        os.chdir(request.directory)
        wanted = Wanted(entries, request.own, request.upgrade, malformed)
        new = _resolved(request, wanted, old)
    except LockError as error:
        return LockAnswer(error=str(error))
    # Whatever happens, the lock that there is stays.
    except Exception as error:
        return LockAnswer(error=str(internal_error(error)))
    output.mkdir(parents=True, exist_ok=True)
    (output / LOCK).write_bytes(write_lock(new))
    known = {EVERYTHING, *(package.source for lock in (old, new) for package in lock.packages)}
    unknown = tuple(source for source in request.upgrade if source not in known)
    return LockAnswer(len(new.packages), changes(old, new), unknown)


def _resolved(request: LockRequest, wanted: Wanted, old: Lock) -> Lock:
    registries = Registries(
        os.environ,
        settings_by_registry(request.registries),
        connections=request.connections,
        reading=True,
    )
    with closing(registries):
        catalog = connect_catalog(registries, _cache(), at_once=request.connections)
        return resolve(wanted, old, catalog)


def _cache() -> PackageCache:
    try:
        return FileCache(cache_folder(None, os.environ))
    except NoFolder:
        return NopCache()
