"""Where the cache of fetched packages is."""

from __future__ import annotations

import os
from collections.abc import Mapping


class NoFolder(Exception):
    """There is no folder for the cache. `str()` is a sentence, `remedy` another one."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def cache_folder(named: str | None, env: Mapping[str, str]) -> str:
    """The folder that the user named, which must exist: one that is misspelt, or on a disk that is
    not mounted, would be filled in the wrong place. Without one, `pants-xpkg/packages` in the
    user's folder for caches (XDG Base Directory Specification), which is created. Raises NoFolder.
    """
    if named is not None:
        if not os.path.isdir(named):
            raise NoFolder(
                f"The folder for the cache does not exist: {named}",
                "Create it, or correct its name.",
            )
        return named
    folder = os.path.join(_caches(env), "pants-xpkg", "packages")
    try:
        # Packages may be from private registries.
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise NoFolder(
            f"The folder for the cache cannot be created: {folder}: "
            f"{error.strerror or type(error).__name__}.",
            "Name another one with --cache-dir.",
        ) from None
    return folder


def _caches(env: Mapping[str, str]) -> str:
    named = env.get("XDG_CACHE_HOME", "")
    # The specification says to ignore a relative one.
    if os.path.isabs(named):
        return named
    home = env.get("HOME", "")
    if not os.path.isabs(home):
        raise NoFolder(
            "There is no folder for the cache: neither XDG_CACHE_HOME nor HOME is set.",
            "Name one with --cache-dir.",
        )
    return os.path.join(home, ".cache")
