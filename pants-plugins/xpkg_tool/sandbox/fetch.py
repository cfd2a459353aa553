"""The commands by which the Pants backend has packages of other repositories."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from xpkg_tool.dependencies.cache.file_cache import FileCache
from xpkg_tool.dependencies.cache.folder import NoFolder, cache_folder
from xpkg_tool.dependencies.fetch.backend import ImageBackend, NopCache
from xpkg_tool.dependencies.fetch.protocols import FetchedPackage, PackageCache
from xpkg_tool.dependencies.fetch.registry import RegistryFetcher, announce
from xpkg_tool.diagnostics.errors import PublishError, internal_error
from xpkg_tool.messages.fetch import (
    FetchAnswer,
    FetchedEntry,
    FetchRequest,
    PackageToFetch,
    ReadFetchedAnswer,
    ReadFetchedRequest,
)
from xpkg_tool.messages.files import STREAM
from xpkg_tool.process.threads import in_parallel
from xpkg_tool.publish.registries import Registries
from xpkg_tool.publish.settings import settings_by_registry


def fetch_packages(request: FetchRequest, output: Path) -> FetchAnswer:
    """Fetches packages. What goes wrong with one is in the answer."""
    cache = _cache(request.cache)
    os.chdir(request.directory)
    registries = Registries(
        os.environ,
        settings_by_registry(request.registries),
        connections=request.connections,
        reading=True,
    )
    with closing(registries):
        announce(registries, [package.source for package in request.packages])
        # What the user has fetched already, to write a lock for example, need not be downloaded.
        users = ImageBackend(_users_cache(), RegistryFetcher(registries))
        backend = ImageBackend(cache, users)

        def fetch(number: int) -> FetchedEntry:
            return _fetched(backend, request.packages[number], output / str(number))

        numbers = range(len(request.packages))
        return FetchAnswer(tuple(in_parallel(fetch, numbers, max(1, request.connections))))


def read_fetched(request: ReadFetchedRequest, output: Path) -> ReadFetchedAnswer:
    """Reads a package from the cache. Ends the process where it is not there: that is no result
    that may be kept."""
    package = _cache(request.cache).get(request.package.source, request.package.digest)
    if package is None:
        raise SystemExit(f"The cache does not have {request.package.digest}.")
    _write(package, output)
    return ReadFetchedAnswer(package.platforms)


def _fetched(backend: ImageBackend, wanted: PackageToFetch, output: Path) -> FetchedEntry:
    try:
        package = backend.fetch(wanted.source, wanted.digest)
    except PublishError as error:
        return FetchedEntry(error=str(error))
    # The others are fetched whatever happens to this one.
    except Exception as error:
        return FetchedEntry(error=str(internal_error(error)))
    _write(package, output)
    return FetchedEntry(package.platforms)


def _write(package: FetchedPackage, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / STREAM).write_bytes(package.stream)


def _users_cache() -> PackageCache:
    """The cache of the command line."""
    try:
        return FileCache(cache_folder(None, os.environ))
    except NoFolder:
        return NopCache()


def _cache(folder: str) -> PackageCache:
    """The cache in a folder of the sandbox, which only some executors of processes provide."""
    if os.path.isdir(folder):
        return FileCache(os.path.abspath(folder))
    return NopCache()
